namespace Microtome.Api.Tests.Jobs;

/// <summary>Time that passes when a test says so: timers run out on the way, in their order. Safe for concurrent use.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Alarm> _alarms = [];
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Alarm alarm = new(this, callback, state, GetTimestamp() + dueTime.Ticks);
        lock (_lock)
        {
            _alarms.Add(alarm);
        }

        return alarm;
    }

    /// <summary>Waits until somebody waits for the clock, then lets the first of them go on.</summary>
    public async Task StepAsync()
    {
        Alarm? next = null;
        while (next is null)
        {
            lock (_lock)
            {
                next = _alarms.MinBy(alarm => alarm.At);
                _alarms.Remove(next!);
            }

            await Task.Delay(next is null ? 1 : 0);
        }

        Interlocked.Exchange(ref _now, Math.Max(GetTimestamp(), next.At));
        next.Ring();
    }

    private sealed class Alarm(SteppedClock clock, TimerCallback callback, object? state, long at) : ITimer
    {
        public long At => at;

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._alarms.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
