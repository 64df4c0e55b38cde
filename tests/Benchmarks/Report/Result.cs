using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Report;

/// <summary>A contender's median over the rounds.</summary>
/// <param name="Name">Who.</param>
/// <param name="BytesPerSecond">Body bytes.</param>
/// <param name="AnswersPerSecond">Batches (or rows, where a batch is one).</param>
/// <param name="CpuSecondsPerGigabyte">The server's processor time for 10^9 body bytes.</param>
/// <param name="PrivateBytes">RssAnon right after a measurement.</param>
/// <param name="AllocatedPerAnswer">Managed bytes for one answer, where the server tells.</param>
/// <param name="MillisecondsP50">The median answer.</param>
/// <param name="MillisecondsP99">All but one of a hundred answers take no longer.</param>
/// <param name="MillisecondsMost">The slowest answer of all rounds.</param>
internal sealed record Result(
    string Name,
    double BytesPerSecond,
    double AnswersPerSecond,
    double CpuSecondsPerGigabyte,
    double PrivateBytes,
    double? AllocatedPerAnswer,
    double MillisecondsP50,
    double MillisecondsP99,
    double MillisecondsMost)
{
    public static Result Of(string name, IReadOnlyList<Sample> samples) => new(
        name,
        Median(samples.Select(sample => sample.Bytes / sample.Seconds)),
        Median(samples.Select(sample => sample.Answers / sample.Seconds)),
        Median(samples.Select(sample => sample.ServerCpuSeconds / (sample.Bytes / 1e9))),
        Median(samples.Select(sample => (double)sample.PrivateBytes)),
        samples[0].AllocatedBytes is null ? null : Median(samples.Select(sample => (double)sample.AllocatedBytes! / sample.Answers)),
        Median(samples.Select(sample => Quantile(sample.Milliseconds, 0.5))),
        Median(samples.Select(sample => Quantile(sample.Milliseconds, 0.99))),
        samples.Max(sample => sample.Milliseconds.Max()));

    /// <summary>The one in the middle.</summary>
    public static double Median(IEnumerable<double> values) => Quantile([.. values], 0.5);

    private static double Quantile(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }
}
