using System.Globalization;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Views;
using Microtome.Datasets.Views.Rows;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Views;

/// <summary>split.v1, kfold.v1 and sample.v1 never change: vectors hold them, and another language follows their descriptions to the same.</summary>
public sealed class ViewGoldenTests
{
    private static string Here => Repository.PathOf("tests", "Datasets.Tests", "Views");

    [Fact]
    public async Task Golden_vectors_hold_them()
    {
        (string Line, string Rows)[] vectors = ReadVectors();
        Assert.True(vectors.Length >= 100);
        foreach ((string line, string expected) in vectors)
        {
            string[] parts = line.Split(' ');
            int n = int.Parse(parts[1], CultureInfo.InvariantCulture);
            MemorySource source = new(n);
            string by = "";
            if (parts[2] != "-")
            {
                source.With("y", Dtype.UInt8, parts[2].Select(digit => (byte)(digit - '0')).ToArray());
                by = "by=y,";
            }

            string text = parts[0] switch
            {
                "split" => $"split({by}parts={parts[4]},seed={parts[3]},take={parts[5]})",
                "kfold" => $"kfold(k={parts[4]},{by}seed={parts[3]},fold={parts[5]},take={parts[6]})",
                _ => $"sample(n={parts[4]},{by}seed={parts[3]})",
            };
            using ViewEvaluator evaluator = new(1 << 20, 1 << 26, new(null));
            ViewRows rows = await evaluator.EvaluateAsync(ViewExpression.Parse(text), ViewRows.All(n), source, TestContext.Current.CancellationToken);
            long[] found = new long[rows.Map.Length];
            rows.Map.CopyTo(0, found);
            Assert.Equal(expected, string.Join(',', found));
        }
    }

    [Fact]
    public void Another_language_can_follow_the_descriptions()
    {
        Python.Require("hashlib");
        (string Line, string Rows)[] vectors = ReadVectors();
        using TemporaryFolder folder = new();
        File.WriteAllLines(folder.File("input.txt"), vectors.Select(vector => vector.Line));
        string output = Python.Run(
            "import sys; sys.path.insert(0, sys.argv[2]); import views_v1\nfor line in open(sys.argv[1]): print(','.join(map(str, views_v1.run(line))))",
            folder.File("input.txt"),
            Here);
        Assert.Equal(vectors.Select(vector => vector.Rows), output.TrimEnd('\n').Split('\n'));
    }

    private static (string Line, string Rows)[] ReadVectors() =>
    [
        .. File.ReadLines(Path.Combine(Here, "views.v1.txt")).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(" =")).Select(parts => (parts[0], parts[1].Trim())),
    ];
}
