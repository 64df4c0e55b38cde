using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>One row a request: what the way through the server costs.</summary>
internal sealed class HotRows() : Scenario("rows", "single rows, in the page cache")
{
    public override void Run(Bench bench, Section section)
    {
        DataSet data = bench.Data.Make("small", rows: 10_000, rowBytes: 27_648);
        List<Contender> contenders = HotBatches.Contenders(bench, data);
        section.Heading($"1 row of {data.RowBytes} bytes, 1 connection");
        section.Throughput(bench.Compare(contenders, new(data, 1, 1), section));
        contenders.ForEach(contender => contender.Dispose());
    }
}
