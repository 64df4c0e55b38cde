using System.Globalization;
using Microtome.Benchmarks.Contenders;

namespace Microtome.Benchmarks.Report;

/// <summary>Results as the tables of the report.</summary>
internal static class ResultTables
{
    /// <summary>Throughput first, against the limit where that was measured, else against the first contender.</summary>
    public static void Throughput(this Section section, IReadOnlyList<Result> results, string limit = RawLimit.LimitName)
    {
        Result first = results.FirstOrDefault(result => result.Name == limit) ?? results[0];
        section.Table(
            ["contender", "GB/s", first.Name == limit ? "of the limit" : "of the first", "server CPU-s/GB", "p50 ms", "p99 ms", "max ms", "private MB", "allocated KB/answer"],
            results.Select(result => new[]
            {
                result.Name,
                Text(result.BytesPerSecond / 1e9),
                Text(result.BytesPerSecond / first.BytesPerSecond),
                Text(result.CpuSecondsPerGigabyte),
                Text(result.MillisecondsP50),
                Text(result.MillisecondsP99),
                Text(result.MillisecondsMost),
                result.PrivateBytes == 0 ? "" : Text(result.PrivateBytes / 1e6),
                result.AllocatedPerAnswer is { } bytes ? Text(bytes / 1024) : "",
            }));
    }

    /// <summary>Three significant digits or so.</summary>
    public static string Text(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "0" : Math.Abs(value) >= 10 ? "0.0" : Math.Abs(value) >= 1 ? "0.00" : "0.000", CultureInfo.InvariantCulture);
}
