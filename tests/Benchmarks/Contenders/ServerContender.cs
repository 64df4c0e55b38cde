using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Contenders;

/// <summary>A server in a process of its own, whose processor time and memory are counted apart from the client's.</summary>
internal abstract class ServerContender(string name) : Contender(name)
{
    /// <summary>A compiler that watches what is hot has made up its mind after that many answers, or else after that long.</summary>
    private const long WarmAnswers = 3000;
    private static readonly TimeSpan WarmLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WarmSpan = TimeSpan.FromSeconds(0.3);

    private ServerProcess? _process;
    private Workload? _warm;

    public ServerProcess Process => _process ??= Start();

    public override void WarmUp(Workload workload)
    {
        if (_warm != workload)
        {
            long started = System.Diagnostics.Stopwatch.GetTimestamp();
            long left = _warm is null ? WarmAnswers : 1;
            while (left > 0 && System.Diagnostics.Stopwatch.GetElapsedTime(started) < WarmLimit)
            {
                left -= Load(workload, WarmSpan).Answers;
            }

            _warm = workload;
        }
    }

    /// <summary>Fetches a few batches from the end of a pass, for the server's compiler.</summary>
    public void Touch(Workload workload, int batches)
    {
        using HttpConnection connection = new(Process.Port);
        for (int i = 1; i <= batches; i++)
        {
            Fetch(connection, workload, workload.Steps - i);
        }
    }

    public override Sample Measure(Workload workload, TimeSpan span)
    {
        long? allocated = ReadAllocated();
        double cpu = Process.ReadCpuSeconds();
        LoadRun run = Load(workload, span);
        cpu = Process.ReadCpuSeconds() - cpu;
        long memory = Process.ReadPrivateBytes();
        return new(run.Seconds, run.Bytes, run.Answers, cpu, memory, ReadAllocated() - allocated, run.Milliseconds);
    }

    /// <summary>Fetches the batch of a number (any, from 1) and returns its body's bytes.</summary>
    public abstract long Fetch(HttpConnection connection, Workload workload, long number);

    public override void Dispose()
    {
        _process?.Dispose();
        base.Dispose();
    }

    protected abstract ServerProcess Start();

    /// <summary>Bytes that the server has allocated on its heap since it started, where it says so.</summary>
    protected virtual long? ReadAllocated() => null;

    private LoadRun Load(Workload workload, TimeSpan span) => LoadRun.For(
        workload.Connections,
        span,
        () => new(Process.Port),
        (connection, number) => Fetch(connection, workload, number) is var bytes && bytes >= workload.BatchBytes
            ? bytes
            : throw new InvalidDataException($"{Name} sent a batch of {bytes} bytes instead of {workload.BatchBytes}."));
}
