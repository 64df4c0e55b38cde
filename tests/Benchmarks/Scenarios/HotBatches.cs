using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>Random rows of a file that lies in the page cache: every contender, batch size and number of connections.</summary>
internal sealed class HotBatches() : Scenario("hot", "batches of random rows, in the page cache")
{
    /// <summary>Makes the server copy rows as it must where bytes are encrypted, on its own way to the socket.</summary>
    public const string CopyPath = "--Microtome:ZeroCopy=false";

    private static readonly int[] Connections = [1, 2, 4, 16];

    public override void Run(Bench bench, Section section)
    {
        DataSet small = bench.Data.Make("small", rows: 10_000, rowBytes: 27_648);
        Compare(bench, section, small, [64, 8, 256]);
        Compare(bench, section, bench.Data.Make("large", rows: 1_000, rowBytes: 270_000), [64]);
    }

    /// <summary>Everybody who can serve the rows of a data set.</summary>
    public static List<Contender> Contenders(Bench bench, DataSet data)
    {
        string? hdf5 = bench.Data.MakeHdf5(data);
        return [
            new RawLimit(data, bench.Data.PathOf("")),
            new MicrotomeServer("Microtome", data.NpyPath),
            new MicrotomeServer("Microtome, rows copied", data.NpyPath, settings: CopyPath),
            new MicrotomeServer("Microtome, HDF5", hdf5 is null ? null : hdf5 + ":/data"),
            new FastApiServer(data, isTuned: true),
            new FastApiServer(data, isTuned: false),
            new NginxServer(data, bench.Data.PathOf("")),
            new LocalReader("numpy", data.NpyPath),
            new LocalReader("h5py", hdf5),
        ];
    }

    private static void Compare(Bench bench, Section section, DataSet data, int[] batches)
    {
        List<Contender> contenders = Contenders(bench, data);
        foreach (int batch in batches)
        {
            foreach (int connections in Connections)
            {
                section.Heading($"{batch} rows of {data.RowBytes} bytes, {connections} connection{(connections == 1 ? "" : "s")}");
                section.Throughput(bench.Compare(contenders, new(data, batch, connections), section));
            }
        }

        contenders.ForEach(contender => contender.Dispose());
    }
}
