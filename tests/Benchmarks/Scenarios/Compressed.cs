using System.Globalization;
using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>gzip and shuffle, 64 rows a chunk, under an exact shuffle: the first epoch, later ones, and who decodes every time.</summary>
internal sealed class Compressed() : Scenario("compressed", "gzip + shuffle HDF5, 64 rows a chunk, exact shuffle")
{
    private const int Rows = 9_600;
    private const int Side = 96;
    private const int ChunkRows = 64;

    public override void Run(Bench bench, Section section)
    {
        if (!PythonTools.Has("h5py"))
        {
            section.Note("Nothing was measured: python3 has no h5py.");
            return;
        }

        string folder = Directory.CreateDirectory(bench.Data.PathOf("compressed")).FullName;
        DataSet data = new("compressed", Rows, Side * Side * 3, Path.Combine(folder, "compressed.npy"));
        string[] numbers = [.. ((int[])[Rows, Side, ChunkRows]).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        PythonTools.Run("make_compressed.py", [data.NpyPath, data.Hdf5Path, .. numbers]);
        FirstEpoch(bench, section, data);
        List<Contender> contenders = [
            new MicrotomeServer("Microtome, .npy", data.NpyPath),
            new MicrotomeServer("Microtome, compressed, later epochs", data.Hdf5Path + ":/data", "", "", StateIn(bench, "state")),
            new MicrotomeServer("Microtome, compressed, no sidecars", data.Hdf5Path + ":/data", "", "", "--Microtome:Sidecars=false", "--Microtome:Limits:MemoryBudgetBytes=67108864"),
            new LocalReader("h5py", data.Hdf5Path),
        ];
        foreach (int connections in (int[])[1, 4])
        {
            section.Heading($"64 rows of {data.RowBytes} bytes, {connections} connection{(connections == 1 ? "" : "s")}");
            section.Throughput(bench.Compare(contenders, new(data, 64, connections), section));
        }

        contenders.ForEach(contender => contender.Dispose());
    }

    /// <summary>One pass from nothing decoded: how long, how much is decoded, and how many cores are busy.</summary>
    private static void FirstEpoch(Bench bench, Section section, DataSet data)
    {
        List<string[]> rows = [];
        Workload workload = new(data, 64, 1);
        for (int round = 0; round < bench.Options.Rounds; round++)
        {
            using ServerProcess server = MicrotomeServer.Start(
                data.Hdf5Path + ":/data", StateIn(bench, string.Create(CultureInfo.InvariantCulture, $"state{round}")), "--Microtome:Datasets:warm:x=" + data.NpyPath);
            using HttpConnection connection = new(server.Port);
            for (int i = 0; i < 50; i++)
            {
                connection.Get($"/v1/datasets/warm/epochs/0/batches/{i}?batch_size=64");
            }

            double cpu = server.ReadCpuSeconds();
            long started = System.Diagnostics.Stopwatch.GetTimestamp();
            double decoding = 0;
            long steps = 0;
            for (; steps < workload.Steps; steps++)
            {
                connection.Get(MicrotomeServer.BatchPath(workload, steps, ""));
                if (decoding == 0 && Metric(server, "microtome_decoded_bytes_total") >= data.Rows * data.RowBytes)
                {
                    decoding = Seconds(started);
                    cpu = server.ReadCpuSeconds() - cpu;
                }
            }

            double decoded = Metric(server, "microtome_decoded_bytes_total") / (data.Rows * data.RowBytes);
            rows.Add([.. ((double[])[Seconds(started), decoded, decoding, cpu / decoding]).Select(ResultTables.Text)]);
        }

        section.Heading("The first epoch, from nothing decoded");
        section.Table(["seconds", "passes decoded", "seconds until all was decoded", "server's cores busy until then"], rows);
    }

    private static double Seconds(long started) => System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;

    private static string StateIn(Bench bench, string name) => "--Microtome:StateDirectory=" + bench.Data.PathOf(name);

    private static double Metric(ServerProcess server, string name)
    {
        using HttpConnection connection = new(server.Port);
        string line = connection.GetText("/metrics").Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
