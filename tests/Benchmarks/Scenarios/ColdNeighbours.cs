using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>
/// How long a single row in memory takes, alone and while three connections pull batches from the disk. The server has done the
/// same before on another file, since its compiler takes about a third of this machine at first. Beside it the C program that only
/// sends, alone and while fio reads past the page cache: what the machine itself does to a row beside a busy disk.
/// </summary>
internal sealed class ColdNeighbours() : Scenario("neighbours", "a hot single row beside three readers of cold batches")
{
    private const int Rows = 10_000;

    private static readonly TimeSpan PracticeSpan = TimeSpan.FromSeconds(5);

    public override void Run(Bench bench, Section section)
    {
        DataSet hot = bench.Data.Make("small", Rows, rowBytes: 27_648);
        DataSet cold = bench.Data.Make("cold", rows: 120_000, rowBytes: 27_648);
        DataSet practice = bench.Data.Make("practice", rows: 40_000, rowBytes: 27_648);
        TimeSpan span = TimeSpan.FromSeconds(bench.Options.Seconds);
        Workload batches = new(cold, 64, 3);
        Pair served = new("");
        Pair limit = new("limit: ");
        double coldRate = 0;
        for (int round = 0; round < bench.Options.Rounds; round++)
        {
            FileCache.Evict(cold.NpyPath);
            FileCache.Evict(practice.NpyPath);
            using ServerProcess server = MicrotomeServer.Start(
                cold.NpyPath, MicrotomeServer.Setting("hot", hot.NpyPath), MicrotomeServer.Setting(MicrotomeServer.Practice, practice.NpyPath));
            LoadRun Pull(Workload workload, TimeSpan time) => LoadRun.For(
                workload.Connections, time, () => new(server.Port), (connection, number) => connection.Get(MicrotomeServer.BatchPath(workload, number, "")));
            Sample MeasureRow(TimeSpan time) => Row(server.Port, time, number => $"/v1/datasets/hot/rows?rows={number * 7919 % Rows}&format=raw");

            Beside(() => Pull(batches with { Data = practice, Dataset = MicrotomeServer.Practice }, PracticeSpan), () => MeasureRow(PracticeSpan));
            served.Alone.Add(MeasureRow(span));
            (LoadRun pulled, Sample row) = Beside(() => Pull(batches, span + TimeSpan.FromSeconds(0.5)), () => MeasureRow(span));
            served.Beside.Add(row);
            coldRate = Math.Max(coldRate, pulled.Bytes / pulled.Seconds / 1e9);
            AddLimit(bench, hot, cold, span, limit);
        }

        section.Table(
            ["single row", "answers/s", "p50 ms", "p99 ms", "p99 against alone", "max ms"],
            [.. served.Lines("beside 3 × cold batches"), .. limit.Lines("beside fio")]);
        section.Note($"The cold batches came at up to {ResultTables.Text(coldRate)} GB/s.");
    }

    private static void AddLimit(Bench bench, DataSet hot, DataSet cold, TimeSpan span, Pair limit)
    {
        using RawLimit raw = new(hot, bench.Data.PathOf(""));
        DirectReads disk = new(cold);
        if (raw.Missing is null && disk.Missing is null)
        {
            Sample MeasureRow() => Row(raw.Process.Port, span, number => $"/1/{number}");
            limit.Alone.Add(MeasureRow());
            limit.Beside.Add(Beside(() => disk.Measure(new(cold, 64, 1), span + TimeSpan.FromSeconds(0.5)), MeasureRow).Measured);
        }
    }

    /// <summary>Measures while something else goes on that has just begun and outlasts it.</summary>
    private static (T Other, Sample Measured) Beside<T>(Func<T> other, Func<Sample> measure)
    {
        Task<T> going = Task.Factory.StartNew(other, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Thread.Sleep(250);
        Sample measured = measure();
        return (going.GetAwaiter().GetResult(), measured);
    }

    private static Sample Row(int port, TimeSpan span, Func<long, string> path)
    {
        LoadRun run = LoadRun.For(1, span, () => new(port), (connection, number) => connection.Get(path(number)));
        return new(run.Seconds, run.Bytes, run.Answers, 0, 0, null, run.Milliseconds);
    }

    private sealed record Pair(string Prefix)
    {
        public List<Sample> Alone { get; } = [];

        public List<Sample> Beside { get; } = [];

        public IEnumerable<string[]> Lines(string besideName)
        {
            if (Alone.Count == 0)
            {
                return [];
            }

            Result alone = Result.Of(Prefix + "alone", Alone);
            return new[] { alone, Result.Of(Prefix + besideName, Beside) }.Select(result => new[]
            {
                result.Name,
                ResultTables.Text(result.AnswersPerSecond),
                ResultTables.Text(result.MillisecondsP50),
                ResultTables.Text(result.MillisecondsP99),
                ResultTables.Text(result.MillisecondsP99 / alone.MillisecondsP99),
                ResultTables.Text(result.MillisecondsMost),
            });
        }
    }
}
