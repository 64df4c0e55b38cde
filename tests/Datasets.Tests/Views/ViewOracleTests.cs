using System.Globalization;
using Microtome.Datasets.Views;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Views;

/// <summary>Views of every kind, chained at random, against a naive NumPy implementation.</summary>
public sealed class ViewOracleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task A_view_is_what_NumPy_makes_of_it(int seed)
    {
        Python.Require("numpy");
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.File("d"));
        string here = Repository.PathOf("tests", "Datasets.Tests", "Views");
        string script = $"import sys; sys.path.insert(0, r'{here}'); exec(open(r'{Path.Combine(here, "views_oracle.py")}').read())";
        string[] lines = Python.Run(script, folder.File("d"), seed.ToString(CultureInfo.InvariantCulture), "60").TrimEnd('\n').Split('\n');
        Assert.Equal(60, lines.Length);

        using TestViews views = await TestViews.OpenAsync(folder.File("d"));
        foreach (string line in lines)
        {
            string[] parts = line.Split('\t');
            long[] expected = [.. parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(row => long.Parse(row, CultureInfo.InvariantCulture))];
            await views.AssertRowsAsync(parts[0], expected);
            await views.AssertRowsAsync(ViewExpression.Parse(parts[0]).ToString(), expected);
        }
    }
}
