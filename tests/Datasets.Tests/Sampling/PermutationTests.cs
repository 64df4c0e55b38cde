using System.Globalization;
using Microtome.Datasets.Sampling;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Sampling;

/// <summary>perm.v1: that it is a permutation, that it is a good one, and that it never changes.</summary>
public sealed class PermutationTests
{
    private const string Vectors = "perm.v1.txt";

    private static string VectorFile => Repository.PathOf("tests", "Datasets.Tests", "Sampling", Vectors);

    [Fact]
    public void Golden_vectors_hold_it()
    {
        int checkedLines = 0;
        foreach ((ulong seed, ulong epoch, long n, string purpose, long position, long row) in ReadVectors())
        {
            Assert.Equal(row, new Permutation(n, seed, epoch, purpose)[position]);
            checkedLines++;
        }

        Assert.True(checkedLines >= 300);
    }

    [Fact]
    public void Another_language_can_follow_the_description()
    {
        Python.Require("hashlib");
        var vectors = ReadVectors().ToList();
        string input = string.Concat(vectors.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Seed} {line.Epoch} {line.Length} {line.Purpose} {line.Position}\n")));
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("input.txt"), input);
        string output = Python.Run("import sys; sys.stdin = open(sys.argv[1]); exec(open(sys.argv[2]).read(), {'__name__': '__main__'})", folder.File("input.txt"), Repository.PathOf("tests", "Datasets.Tests", "Sampling", "perm_v1.py"));
        Assert.Equal(vectors.Select(line => line.Row), output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => long.Parse(row, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void It_is_a_bijection_for_every_small_length_and_for_larger_ones()
    {
        Random random = new(1);
        foreach (long n in Enumerable.Range(0, 700).Select(n => (long)n).Concat(Enumerable.Range(0, 20).Select(_ => random.NextInt64(700, 200_000))))
        {
            bool[] seen = new bool[n];
            foreach (long row in All(new Permutation(n, 3, (ulong)n, "order")))
            {
                Assert.False(seen[row]);
                seen[row] = true;
            }
        }
    }

    [Fact]
    public void Random_and_bulk_access_agree_also_far_out()
    {
        Permutation far = new((1L << 40) + 12345, 9, 9, "order");
        long[] bulk = new long[500];
        far.CopyTo(1L << 39, bulk);
        for (int i = 0; i < bulk.Length; i++)
        {
            Assert.InRange(bulk[i], 0, far.Length - 1);
            Assert.Equal(far[(1L << 39) + i], bulk[i]);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Tiny_lengths_take_every_arrangement_equally_often(int n)
    {
        int arrangements = Enumerable.Range(1, n).Aggregate((product, factor) => product * factor);
        int trials = arrangements * 60;
        Dictionary<string, int> counts = [];
        for (ulong seed = 0; seed < (ulong)trials; seed++)
        {
            string arrangement = string.Join(",", All(new Permutation(n, seed, 0, "order")));
            counts[arrangement] = counts.GetValueOrDefault(arrangement) + 1;
        }

        double expected = (double)trials / arrangements;
        double chi = counts.Values.Sum(count => (count - expected) * (count - expected) / expected) + ((arrangements - counts.Count) * expected);
        int freedom = arrangements - 1;

        // χ² of k degrees of freedom has mean k and variance 2k.
        Assert.InRange((chi - freedom) / Math.Sqrt(2.0 * freedom), -4, 4.5);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(5000)]
    [InlineData(32768)]
    [InlineData(100_003)]
    public void The_usual_statistics_scatter_as_they_should(int n)
    {
        const int seeds = 64;
        Dictionary<string, double> squares = [];
        for (ulong seed = 0; seed < seeds; seed++)
        {
            long[] rows = All(new Permutation(n, seed, seed / 7, "order"));
            foreach ((string name, double z) in Scores(rows))
            {
                squares[name] = squares.GetValueOrDefault(name) + (z * z);
            }
        }

        Assert.All(squares, score => Assert.InRange(Math.Sqrt(score.Value / seeds), 0.6, 1.5));
    }

    [Fact]
    public void Batches_of_a_class_sorted_set_vary_as_random_ones_do()
    {
        const int n = 262_144;
        const int batch = 256;
        double sum = 0;
        for (ulong seed = 0; seed < 32; seed++)
        {
            long[] rows = All(new Permutation(n, seed, 1, "order"));
            double squares = 0;
            for (int start = 0; start < n; start += batch)
            {
                int ones = rows.AsSpan(start, batch).ToArray().Count(row => row >= n / 2);
                squares += (ones - (batch / 2.0)) * (ones - (batch / 2.0));
            }

            // Without replacement the variance is B/4 · (n-B)/(n-1).
            double ratio = squares / (n / batch) / (batch / 4.0 * (n - batch) / (n - 1.0));
            Assert.InRange(ratio, 0.8, 1.2);
            sum += ratio;
        }

        Assert.InRange(sum / 32, 0.98, 1.02);
    }

    [Fact]
    public void Seeds_and_epochs_have_nothing_in_common()
    {
        const int n = 8192;
        List<double> scores = [];
        for (ulong seed = 0; seed < 40; seed++)
        {
            scores.Add(Agreement(new(n, seed, 1, "order"), new(n, seed + 1, 0, "order")));
            scores.Add(Agreement(new(n, seed, 0, "order"), new(n, seed, 1, "order")));
            scores.Add(Agreement(new(n, seed, 0, "order"), new(n, seed + 1, 0, "order")));
            scores.Add(Agreement(new(n, seed, 0, "order"), new(n, seed, 0, "split")));
        }

        Assert.All(scores, z => Assert.InRange(z, -4.5, 4.5));
        Assert.InRange(Math.Sqrt(scores.Average(z => z * z)), 0.7, 1.3);

        // The rank correlation of two independent permutations has the variance 1/(n-1).
        static double Agreement(Permutation a, Permutation b)
        {
            long[] left = All(a);
            long[] right = All(b);
            double mean = (n - 1) / 2.0;
            double covariance = 0;
            for (int i = 0; i < n; i++)
            {
                covariance += (left[i] - mean) * (right[i] - mean);
            }

            return covariance / (((double)n * n - 1) / 12) / n * Math.Sqrt(n - 1.0);
        }
    }

    private static IEnumerable<(string Name, double Z)> Scores(long[] rows)
    {
        int n = rows.Length;
        double mean = (n - 1) / 2.0;
        double variance = (((double)n * n) - 1) / 12;
        int fixedPoints = 0;
        int ascents = 0;
        double serial = 0;
        double displacement = 0;
        for (int i = 0; i < n; i++)
        {
            fixedPoints += rows[i] == i ? 1 : 0;
            displacement += Math.Abs(rows[i] - i);
            if (i > 0)
            {
                ascents += rows[i] > rows[i - 1] ? 1 : 0;
                serial += (rows[i] - mean) * (rows[i - 1] - mean);
            }
        }

        yield return ("fixed points", fixedPoints - 1);
        yield return ("ascents", (ascents - ((n - 1) / 2.0)) / Math.Sqrt((n + 1) / 12.0));
        yield return ("serial correlation", ((serial / variance / (n - 1)) + (1.0 / n)) * Math.Sqrt(n));
        yield return ("displacement", (displacement - ((((double)n * n) - 1) / 3)) / Math.Sqrt(2.0 * Math.Pow(n, 3) / 45));
        yield return ("rank correlation", Enumerable.Range(0, n).Sum(i => (rows[i] - mean) * (i - mean)) / variance / n * Math.Sqrt(n - 1.0));
    }

    private static long[] All(Permutation permutation)
    {
        long[] rows = new long[permutation.Length];
        permutation.CopyTo(0, rows);
        return rows;
    }

    private static IEnumerable<(ulong Seed, ulong Epoch, long Length, string Purpose, long Position, long Row)> ReadVectors()
    {
        foreach (string line in File.ReadLines(VectorFile).Where(line => line.Length > 0 && line[0] != '#'))
        {
            string[] parts = line.Split(' ');
            yield return (
                ulong.Parse(parts[0], CultureInfo.InvariantCulture),
                ulong.Parse(parts[1], CultureInfo.InvariantCulture),
                long.Parse(parts[2], CultureInfo.InvariantCulture),
                parts[3],
                long.Parse(parts[4], CultureInfo.InvariantCulture),
                long.Parse(parts[5], CultureInfo.InvariantCulture));
        }
    }
}
