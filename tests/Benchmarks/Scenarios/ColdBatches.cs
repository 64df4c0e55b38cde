using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>
/// Random rows of a file that is not in memory. Every measurement has a process of its own and a file evicted before it, because
/// pages that a process has mapped cannot be evicted; the file is larger than what anybody reads in the time. Microtome has read
/// another cold file before, since its compiler takes about a third of this machine at first.
/// </summary>
internal sealed class ColdBatches() : Scenario("cold", "batches of random rows, from the disk")
{
    private const int FirstBatches = 10;

    public override void Run(Bench bench, Section section)
    {
        DataSet data = bench.Data.Make("cold", rows: 120_000, rowBytes: 27_648);
        DataSet practice = bench.Data.Make("practice", rows: 40_000, rowBytes: 27_648);
        string setting = MicrotomeServer.Setting(MicrotomeServer.Practice, practice.NpyPath);
        foreach (int connections in (int[])[1, 4])
        {
            Workload workload = new(data, 64, connections);
            Func<Contender>[] contenders = [
                () => new DirectReads(data),
                () => new MicrotomeServer("Microtome, batches", data.NpyPath, settings: setting),
                () => new MicrotomeStream("Microtome, stream", data.NpyPath, setting),
                () => new FastApiServer(data, isTuned: false),
                () => new LocalReader("numpy", data.NpyPath),
            ];
            section.Heading($"64 rows of {data.RowBytes} bytes, {connections} connection{(connections == 1 ? "" : "s")}");
            section.Throughput(Measure(bench, section, workload, practice, contenders), DirectReads.LimitName);
        }
    }

    private static List<Result> Measure(Bench bench, Section section, Workload workload, DataSet practice, Func<Contender>[] contenders)
    {
        List<(string Name, List<Sample> Samples)> measured = [.. contenders.Select(_ => ("", new List<Sample>()))];
        for (int round = 0; round < bench.Options.Rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                FileCache.Evict(workload.Data.NpyPath);
                using Contender contender = contenders[i]();
                if (contender.Missing is { } reason)
                {
                    section.Note($"{contender.Name} was not measured: {reason}.");
                    continue;
                }

                if (contender is MicrotomeServer or MicrotomeStream)
                {
                    FileCache.Evict(practice.NpyPath);
                    contender.WarmUp(workload with { Data = practice, Dataset = MicrotomeServer.Practice });
                }
                else
                {
                    (contender as ServerContender)?.Touch(workload, FirstBatches);
                }

                FileCache.Evict(workload.Data.NpyPath);
                measured[i] = (contender.Name, measured[i].Samples);
                measured[i].Samples.Add(contender.Measure(workload, TimeSpan.FromSeconds(bench.Options.Seconds)));
            }
        }

        return [.. measured.Where(one => one.Samples.Count > 0).Select(one => Result.Of(one.Name, one.Samples))];
    }
}
