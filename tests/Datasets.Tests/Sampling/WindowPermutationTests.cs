using System.Globalization;
using Microtome.Datasets.Sampling;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Sampling;

/// <summary>window.v1: a bijection that stays within its windows of chunks, the same for ever.</summary>
public sealed class WindowPermutationTests
{
    [Fact]
    public void Golden_vectors_from_an_independent_implementation_hold_it()
    {
        int lines = 0;
        foreach (string line in File.ReadLines(Repository.PathOf("tests", "Datasets.Tests", "Sampling", "window.v1.txt")).Where(line => line[0] != '#'))
        {
            string[] parts = line.Split(' ');
            long[] numbers = [.. parts[1..].Select(part => long.Parse(part, CultureInfo.InvariantCulture))];
            WindowPermutation order = new(numbers[1], numbers[2], numbers[3], ulong.Parse(parts[0], CultureInfo.InvariantCulture), (ulong)numbers[0]);
            Assert.Equal(numbers[5], order[numbers[4]]);
            lines++;
        }

        Assert.True(lines > 200);
    }

    [Fact]
    public void Every_window_visits_its_chunks_whole_and_no_others()
    {
        Random random = new(4);
        for (int round = 0; round < 300; round++)
        {
            long n = random.Next(1, 900);
            long c = random.Next(1, 60);
            int w = random.Next(1, 12);
            WindowPermutation order = new(n, c, w, (ulong)round, 2);
            long[] rows = new long[n];
            order.CopyTo(0, rows);
            Assert.Equal(Enumerable.Range(0, (int)n).Select(row => (long)row), rows.Order());
            Assert.Equal(Enumerable.Range(0, (int)n).Select(position => order[position]), rows);
            HashSet<long> done = [];
            HashSet<long> open = [];
            long held = 0;
            foreach (long row in rows)
            {
                long chunk = row / Math.Min(c, n);
                Assert.DoesNotContain(chunk, done);
                if (open.Add(chunk))
                {
                    held += Math.Min(n, (chunk + 1) * Math.Min(c, n)) - (chunk * Math.Min(c, n));
                }

                Assert.True(open.Count <= w);
                if (--held == 0)
                {
                    done.UnionWith(open);
                    open.Clear();
                }
            }
        }
    }

    [Fact]
    public void One_window_over_everything_mixes_everything()
    {
        long[] rows = new long[1000];
        new WindowPermutation(1000, 10, 1000, 1, 1).CopyTo(0, rows);
        Assert.True(rows.Take(100).Select(row => row / 10).Distinct().Count() > 50);
    }

    [Theory]
    [InlineData("window:16", "window.v1:16")]
    [InlineData("window.v1:16", "window.v1:16")]
    [InlineData("shuffle", "perm.v1")]
    [InlineData("perm.v1", "perm.v1")]
    [InlineData("sequential", "sequential")]
    public void Orders_carry_their_versioned_names(string text, string name)
    {
        Assert.True(Order.TryParse(text, out Order? order));
        Assert.Equal(name, order.ToString());
    }

    [Theory]
    [InlineData("window:0")]
    [InlineData("window:-1")]
    [InlineData("window")]
    [InlineData("window:99999999999")]
    [InlineData("window.v2:3")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_texts_are_no_orders(string? text) => Assert.False(Order.TryParse(text, out _));
}
