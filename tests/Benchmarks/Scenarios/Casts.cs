using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>u1 rows cast to f4 on the way out, against the same elements stored as f4: output bytes count.</summary>
internal sealed class Casts() : Scenario("casts", "u1 sent as f4, against stored f4")
{
    public override void Run(Bench bench, Section section)
    {
        DataSet floats = bench.Data.Make("floats", rows: 2_500, rowBytes: 4 * 27_648, dtype: "<f4");
        DataSet bytes = bench.Data.Make("bytes", rows: 2_500, rowBytes: 27_648);
        foreach (int connections in (int[])[1, 4])
        {
            List<Contender> contenders = [
                new MicrotomeServer("f4 as stored", floats.NpyPath),
                new MicrotomeServer("cast(f4)", bytes.NpyPath, "&transform=x:cast(f4)"),
                new MicrotomeServer("cast(f4)|div(255)", bytes.NpyPath, "&transform=x:cast(f4)|div(255)"),
            ];
            section.Heading($"64 rows of {floats.RowBytes} bytes, {connections} connection{(connections == 1 ? "" : "s")}");
            section.Throughput(bench.Compare(contenders, new(floats, 64, connections), section));
            contenders.ForEach(contender => contender.Dispose());
        }
    }
}
