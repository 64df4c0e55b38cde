using System.Diagnostics;

namespace Microtome.Benchmarks.Load;

/// <summary>Keeps some connections busy for a while, each on a blocking thread of its own that reads into one buffer: a client that costs little.</summary>
internal sealed class LoadRun
{
    private long _number;
    private long _bytes;
    private long _answers;

    public double Seconds { get; private set; }

    public long Bytes => _bytes;

    public long Answers => _answers;

    public double[] Milliseconds { get; private set; } = [];

    /// <param name="connections">How many at once.</param>
    /// <param name="span">How long.</param>
    /// <param name="connect">Opens a connection.</param>
    /// <param name="fetch">Fetches the batch of a number over it and returns its body's bytes.</param>
    public static LoadRun For(int connections, TimeSpan span, Func<HttpConnection> connect, Func<HttpConnection, long, long> fetch)
    {
        LoadRun run = new();
        HttpConnection[] opened = [.. Enumerable.Range(0, connections).Select(_ => connect())];
        List<double>[] times = [.. opened.Select(_ => new List<double>(1 << 16))];
        Exception? failure = null;
        long started = Stopwatch.GetTimestamp();
        Thread[] threads = [.. opened.Select((connection, index) => new Thread(() =>
        {
            try
            {
                run.Drive(connection, span, started, fetch, times[index]);
            }
            catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException or InvalidDataException)
            {
                failure = error;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        run.Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Array.ForEach(opened, connection => connection.Dispose());
        run.Milliseconds = [.. times.SelectMany(list => list)];
        return failure is null ? run : throw new InvalidDataException("The load failed: " + failure.Message, failure);
    }

    private void Drive(HttpConnection connection, TimeSpan span, long started, Func<HttpConnection, long, long> fetch, List<double> times)
    {
        while (Stopwatch.GetElapsedTime(started) < span)
        {
            long asked = Stopwatch.GetTimestamp();
            long bytes = fetch(connection, Interlocked.Increment(ref _number));
            times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            Interlocked.Add(ref _bytes, bytes);
            Interlocked.Increment(ref _answers);
        }
    }
}
