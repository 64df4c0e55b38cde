using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>Many readers at once: does each get its share, and how long does the unluckiest wait?</summary>
internal sealed class Fairness() : Scenario("fairness", "64 connections at once, 6 seconds, in the page cache")
{
    private const int Connections = 64;
    private const double Seconds = 6;

    public override void Run(Bench bench, Section section)
    {
        DataSet data = bench.Data.Make("small", rows: 10_000, rowBytes: 27_648);
        List<Contender> contenders = [
            new RawLimit(data, bench.Data.PathOf("")),
            new MicrotomeServer("Microtome", data.NpyPath),
            new FastApiServer(data, isTuned: true),
        ];
        Bench longer = new(bench.Options with { Seconds = Seconds }, bench.Data);
        section.Heading($"64 rows of {data.RowBytes} bytes, {Connections} connections");
        section.Throughput(longer.Compare(contenders, new(data, 64, Connections), section));
        contenders.ForEach(contender => contender.Dispose());
    }
}
