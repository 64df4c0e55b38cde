using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>Whole epochs as one answer, against batches by address.</summary>
internal sealed class Streams() : Scenario("streams", "epochs as one stream, in the page cache")
{
    public override void Run(Bench bench, Section section)
    {
        DataSet data = bench.Data.Make("small", rows: 10_000, rowBytes: 27_648);
        List<Contender> contenders = [
            new RawLimit(data, bench.Data.PathOf("")),
            new MicrotomeStream("Microtome, stream", data.NpyPath),
            new MicrotomeServer("Microtome, batches", data.NpyPath),
        ];
        foreach (int connections in (int[])[1, 4])
        {
            section.Heading($"64 rows of {data.RowBytes} bytes, {connections} connection{(connections == 1 ? "" : "s")}");
            section.Throughput(bench.Compare(contenders, new(data, 64, connections), section));
        }

        contenders.ForEach(contender => contender.Dispose());
    }
}
