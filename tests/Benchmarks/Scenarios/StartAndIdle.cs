using System.Diagnostics;
using System.Globalization;
using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>From the process's start to its first batch over a folder of 100 files; private memory when idle and with 64 readers that stopped reading.</summary>
internal sealed class StartAndIdle() : Scenario("start", "first batch, idle memory, slow readers")
{
    private const int Files = 100;
    private const int SlowReaders = 64;

    public override void Run(Bench bench, Section section)
    {
        string folder = Directory.CreateDirectory(bench.Data.PathOf("hundred")).FullName;
        DataSet data = bench.Data.Make("small", rows: 10_000, rowBytes: 27_648);
        DataSet one = bench.Data.Make("one", rows: 640, rowBytes: 1024);
        for (int i = 0; i < Files; i++)
        {
            File.Copy(one.NpyPath, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"file{i}.npy")), overwrite: true);
        }

        string? published = Checkout.PublishServer(bench.Data.PathOf("published"));
        if (published is null)
        {
            section.Note("The published server was not measured: it could not be published here.");
        }

        List<double> first = [];
        List<double> ahead = [];
        List<double> idle = [];
        List<double> slow = [];
        for (int round = 0; round < Math.Max(5, bench.Options.Rounds); round++)
        {
            first.Add(FirstBatch(["dotnet", MicrotomeServer.ServerPath], folder, idle));
            if (published is not null)
            {
                ahead.Add(FirstBatch([published], folder, idle));
            }

            slow.Add(StopReading(data));
        }

        section.Table(
            ["what", "median", "most"],
            [
                Row("process start to the first batch, folder of 100 files, as built (ms)", first),
                .. published is null ? Array.Empty<string[]>() : [Row("the same, published as in the Dockerfile (ms)", ahead)],
                Row("private memory when idle (MB)", idle),
                Row($"private memory with {SlowReaders} slow readers (MB)", slow),
            ]);
    }

    private static string[] Row(string what, List<double> values) =>
        [what, ResultTables.Text(values.Order().ElementAt(values.Count / 2)), ResultTables.Text(values.Max())];

    private static double FirstBatch(string[] command, string folder, List<double> idle)
    {
        int port = ServerProcess.FindPort();
        long started = Stopwatch.GetTimestamp();
        using ServerProcess server = ServerProcess.Start(
            port, command[0], [.. command[1..], "--data", folder, "--urls", $"http://127.0.0.1:{port}", "--Logging:LogLevel:Default=Warning"]);
        using HttpConnection connection = new(port);
        for (bool isScanned = false; !isScanned;)
        {
            try
            {
                connection.Get("/v1/datasets/file99/epochs/0/batches/0?batch_size=64");
                isScanned = true;
            }
            catch (InvalidDataException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
            {
                // 404: the scan has not come so far yet.
            }
        }

        double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        Thread.Sleep(TimeSpan.FromSeconds(3));
        idle.Add(server.ReadPrivateBytes() / 1e6);
        return milliseconds;
    }

    /// <summary>Private megabytes while every reader has taken one batch and then stopped.</summary>
    private static double StopReading(DataSet data)
    {
        using ServerProcess server = MicrotomeServer.Start(data.NpyPath);
        List<HttpConnection> readers = [];
        for (int i = 0; i < SlowReaders; i++)
        {
            HttpConnection reader = new(server.Port);
            reader.Open("/v1/datasets/served/epochs/0/stream?batch_size=64");
            reader.Read(64 * data.RowBytes);
            readers.Add(reader);
        }

        Thread.Sleep(TimeSpan.FromSeconds(2));
        double megabytes = server.ReadPrivateBytes() / 1e6;
        readers.ForEach(reader => reader.Dispose());
        return megabytes;
    }
}
