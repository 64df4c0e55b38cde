using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>How long a single row in memory takes, alone and while three connections pull batches from the disk.</summary>
internal sealed class ColdNeighbours() : Scenario("neighbours", "a hot single row beside three readers of cold batches")
{
    private const int Rows = 10_000;

    public override void Run(Bench bench, Section section)
    {
        DataSet hot = bench.Data.Make("small", Rows, rowBytes: 27_648);
        DataSet cold = bench.Data.Make("cold", rows: 120_000, rowBytes: 27_648);
        List<Sample> alone = [];
        List<Sample> beside = [];
        double coldRate = 0;
        for (int round = 0; round < bench.Options.Rounds; round++)
        {
            FileCache.Evict(cold.NpyPath);
            using ServerProcess server = MicrotomeServer.Start(cold.NpyPath, "--Microtome:Datasets:hot:x=" + hot.NpyPath);
            TimeSpan span = TimeSpan.FromSeconds(bench.Options.Seconds);
            MeasureRow(server, TimeSpan.FromSeconds(1));
            alone.Add(MeasureRow(server, span));
            LoadRun? pulled = null;
            Workload batches = new(cold, 64, 3);
            Thread others = new(() => pulled = LoadRun.For(
                batches.Connections, span + TimeSpan.FromSeconds(0.5), () => new(server.Port), (connection, number) => connection.Get(MicrotomeServer.BatchPath(batches, number, ""))));
            others.Start();
            Thread.Sleep(250);
            beside.Add(MeasureRow(server, span));
            others.Join();
            coldRate = Math.Max(coldRate, pulled!.Bytes / pulled.Seconds / 1e9);
        }

        List<Result> results = [Result.Of("alone", alone), Result.Of("beside 3 × cold batches", beside)];
        section.Table(
            ["single row", "answers/s", "p50 ms", "p99 ms", "p99 against alone", "max ms"],
            results.Select(result => new[]
            {
                result.Name,
                ResultTables.Text(result.AnswersPerSecond),
                ResultTables.Text(result.MillisecondsP50),
                ResultTables.Text(result.MillisecondsP99),
                ResultTables.Text(result.MillisecondsP99 / results[0].MillisecondsP99),
                ResultTables.Text(result.MillisecondsMost),
            }));
        section.Note($"The cold batches came at up to {ResultTables.Text(coldRate)} GB/s.");
    }

    private static Sample MeasureRow(ServerProcess server, TimeSpan span)
    {
        LoadRun run = LoadRun.For(1, span, () => new(server.Port), (connection, number) => connection.Get($"/v1/datasets/hot/rows?rows={number * 7919 % Rows}&format=raw"));
        return new(run.Seconds, run.Bytes, run.Answers, 0, 0, null, run.Milliseconds);
    }
}
