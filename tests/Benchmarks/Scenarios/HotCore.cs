using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>
/// The case that decides, in two minutes: the server's ways against the limit and against the rival, tuned and as it comes; beside
/// them NumPy, which copies the same rows in its own process.
/// </summary>
internal sealed class HotCore() : Scenario("core", "64 random rows of 27 KB, in the page cache")
{
    public override void Run(Bench bench, Section section)
    {
        DataSet data = bench.Data.Make("small", rows: 10_000, rowBytes: 27_648);
        string? hdf5 = bench.Data.MakeHdf5(data);
        List<Contender> contenders = [
            new RawLimit(data, bench.Data.PathOf("")),
            new MicrotomeServer("Microtome", data.NpyPath),
            new MicrotomeServer("Microtome, rows copied", data.NpyPath, settings: HotBatches.CopyPath),
            new MicrotomeServer("Microtome, HDF5", hdf5 is null ? null : hdf5 + ":/data"),
            new FastApiServer(data, isTuned: true),
            new FastApiServer(data, isTuned: false),
            new LocalReader("numpy", data.NpyPath),
        ];
        foreach (int connections in (int[])[1, 4])
        {
            section.Heading($"64 rows of {data.RowBytes} bytes, {connections} connection{(connections == 1 ? "" : "s")}");
            section.Throughput(bench.Compare(contenders, new(data, 64, connections), section));
        }

        contenders.ForEach(contender => contender.Dispose());
    }
}
