using System.Diagnostics;
using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>
/// The job <c>materialize</c> of 2 GB without a transform against <c>cp</c> of the same bytes on the same disk, in turns, the disk
/// at rest before each. The source is in the page cache. A job ends when its dataset is served; its bytes go on to the disk, as cp's do.
/// </summary>
internal sealed class Materializing() : Scenario("materialize", "2 GB written as a new dataset, against cp")
{
    private const int MinRounds = 5;

    public override void Run(Bench bench, Section section)
    {
        DataSet data = bench.Data.Make("source", rows: 77_672, rowBytes: 27_648);
        string copy = bench.Data.PathOf("copy.npy");
        using JobServer server = new(bench.Data.PathOf("made"), ["--Microtome:Datasets:source:x=" + data.NpyPath]);
        List<double> jobs = [], copies = [], settledCopies = [];
        long peak = 0;
        for (int round = 0; round < Math.Max(MinRounds, bench.Options.Rounds); round++)
        {
            Settle();
            copies.Add(Time(() => Run("cp", data.NpyPath, copy)));
            File.Delete(copy);
            Settle();
            (double seconds, long memory) = server.Run(new { kind = "materialize", dataset = "source", name = "made" });
            jobs.Add(seconds);
            peak = Math.Max(peak, memory);
            server.Remove("made");
            Settle();
            settledCopies.Add(Time(() =>
            {
                Run("cp", data.NpyPath, copy);
                Settle();
            }));
            File.Delete(copy);
        }

        section.Table(
            ["what", "seconds, median", "least", "most", "× cp"],
            [Row("cp", copies, copies), Row("cp and sync", settledCopies, copies), Row("materialize", jobs, copies)]);
        section.Note($"The server's private memory was {ResultTables.Text(peak / 1e6)} MB at most.");
    }

    private static string[] Row(string what, List<double> seconds, List<double> copies) =>
        [what, .. ((double[])[Result.Median(seconds), seconds.Min(), seconds.Max(), Result.Median(seconds.Zip(copies, (one, copy) => one / copy))]).Select(ResultTables.Text)];

    private static void Settle() => Run("sync");

    private static double Time(Action action)
    {
        long started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidDataException($"{program} ended with {process.ExitCode}.");
        }
    }
}
