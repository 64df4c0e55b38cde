using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Contenders;

/// <summary>What the disk can do at all: fio reads blocks of a row's size at random past the page cache, 32 at a time.</summary>
internal sealed class DirectReads(DataSet data) : Contender(LimitName)
{
    /// <summary>What the others are compared with where rows come from the disk.</summary>
    public const string LimitName = "disk limit (O_DIRECT, queue depth 32)";

    private const string Fio = "/usr/bin/fio";

    public override string? Missing => File.Exists(Fio) ? null : "fio is not installed";

    public override Sample Measure(Workload workload, TimeSpan span)
    {
        using Process process = Process.Start(new ProcessStartInfo(Fio, [
            "--name=rows", "--filename=" + data.NpyPath, "--readonly", "--rw=randread", "--direct=1", "--ioengine=io_uring", "--iodepth=32",
            string.Create(CultureInfo.InvariantCulture, $"--bs={data.RowBytes}"), "--time_based",
            string.Create(CultureInfo.InvariantCulture, $"--runtime={span.TotalMilliseconds}ms"), "--output-format=json",
        ])
        {
            RedirectStandardOutput = true,
        })!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        using JsonDocument report = JsonDocument.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..]);
        JsonElement read = report.RootElement.GetProperty("jobs")[0].GetProperty("read");
        double seconds = read.GetProperty("runtime").GetDouble() / 1000;
        long bytes = read.GetProperty("io_bytes").GetInt64();
        double milliseconds = read.GetProperty("clat_ns").GetProperty("mean").GetDouble() / 1e6;
        return new(seconds, bytes, bytes / workload.BatchBytes, 0, 0, null, [milliseconds]);
    }
}
