namespace Microtome.Api.Jobs;

/// <summary>How fast a job is, over its last seconds. Sampled by one at a time.</summary>
internal sealed class JobRate(TimeProvider time)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(5);

    private readonly Queue<(long At, long Done)> _samples = [];

    /// <summary>Units a second; 0 while nothing is known.</summary>
    public double Take(long done)
    {
        long now = time.GetTimestamp();
        _samples.Enqueue((now, done));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > Span)
        {
            _samples.Dequeue();
        }

        (long at, long before) = _samples.Peek();
        double seconds = time.GetElapsedTime(at, now).TotalSeconds;
        return seconds > 0 ? (done - before) / seconds : 0;
    }
}
