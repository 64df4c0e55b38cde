using Microtome.Api.Telemetry;

namespace Microtome.Api.Jobs;

/// <summary>
/// A job and how far it is. Its state changes under a lock and only forwards; progress is a number that the worker writes and
/// others read. Safe for concurrent use.
/// </summary>
internal sealed class Job : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly JobRate _rate;
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _done;
    private long _total;
    private long _peakMemory;
    private double _unitsPerSecond;
    private JobRecord _record;

    public Job(JobRecord record, TimeProvider time)
    {
        _record = record;
        _time = time;
        _rate = new(time);
        (_done, _total, _peakMemory) = (record.Done, record.Total, record.PeakMemory);
        if (HasEnded)
        {
            _ended.SetResult();
        }
    }

    public string Id => _record.Id;

    public JobSpec Spec => _record.Spec;

    public JobState State => _record.State;

    public bool HasEnded => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>Done once the job has ended.</summary>
    public Task Completion => _ended.Task;

    /// <summary>Ends the work.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    /// <summary>The job as it is now.</summary>
    public JobRecord Record
    {
        get
        {
            lock (_lock)
            {
                return _record with { Done = Volatile.Read(ref _done), Total = Volatile.Read(ref _total), PeakMemory = Volatile.Read(ref _peakMemory) };
            }
        }
    }

    /// <summary>Units a second, and seconds to the end; null while nothing is known.</summary>
    public (double? Rate, double? Eta) Pace
    {
        get
        {
            double rate = Volatile.Read(ref _unitsPerSecond);
            return State == JobState.Running && rate > 0 ? (rate, (Volatile.Read(ref _total) - Volatile.Read(ref _done)) / rate) : (null, null);
        }
    }

    /// <summary>The worker says what there is to do.</summary>
    public void Begin(long total)
    {
        Volatile.Write(ref _done, 0);
        Volatile.Write(ref _total, total);
    }

    /// <summary>The worker says how far it is.</summary>
    public void Report(long done) => Volatile.Write(ref _done, done);

    /// <summary>Looks at how fast the job is, and at the server's memory. Called by one at a time.</summary>
    public void Sample()
    {
        Volatile.Write(ref _unitsPerSecond, _rate.Take(Volatile.Read(ref _done)));
        Volatile.Write(ref _peakMemory, Math.Max(Volatile.Read(ref _peakMemory), ProcessMemory.Read().PrivateBytes));
    }

    /// <returns>False where the job was cancelled before.</returns>
    public bool TryStart()
    {
        lock (_lock)
        {
            if (_record.State != JobState.Queued)
            {
                return false;
            }

            _record = _record with { State = JobState.Running, Started = _time.GetUtcNow() };
            return true;
        }
    }

    public void End(JobState state, JobError? error = null)
    {
        lock (_lock)
        {
            if (HasEnded)
            {
                return;
            }

            _record = _record with { State = state, Error = error, Ended = _time.GetUtcNow() };
        }

        _ended.TrySetResult();
    }

    /// <summary>Asks the worker to stop; a job that waits ends at once.</summary>
    /// <returns>False where it has ended already.</returns>
    public bool TryCancel()
    {
        lock (_lock)
        {
            if (HasEnded)
            {
                return false;
            }
        }

        _cancel.Cancel();
        if (State == JobState.Queued)
        {
            End(JobState.Cancelled);
        }

        return true;
    }

    public void Dispose() => _cancel.Dispose();
}
