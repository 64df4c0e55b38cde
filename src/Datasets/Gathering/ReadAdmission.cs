using System.Runtime.CompilerServices;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// How many answers read at once; a short queue waits, more are refused. An answer gives its place back while its reader is slow
/// (see <see cref="BatchBody"/>), so that a few paused trainers never stop the others. Shared by all answers; lock-free where
/// there is room.
/// </summary>
public sealed class ReadAdmission(int concurrent, int queued) : IDisposable
{
    private readonly SemaphoreSlim _places = new(concurrent);
    private int _waiting;

    /// <summary>Answers that are reading now.</summary>
    public int Active => concurrent - _places.CurrentCount;

    /// <summary>Answers that wait for a place.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes a place, waiting in the queue if it has room: false where the queue is full.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryEnterAsync(CancellationToken cancellationToken)
    {
        if (_places.Wait(0, CancellationToken.None))
        {
            return true;
        }

        if (Interlocked.Increment(ref _waiting) > queued)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        try
        {
            await _places.WaitAsync(cancellationToken);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Takes a place again for an answer that has already begun: it waits, whatever the queue.</summary>
    public Task ReenterAsync(CancellationToken cancellationToken) => _places.WaitAsync(cancellationToken);

    public void Leave() => _places.Release();

    /// <summary>Waits for a slow reader or the disk; the caller's place is lent to others meanwhile.</summary>
    public ValueTask<T> OutsideAsync<T>(ValueTask<T> wait) => wait.IsCompleted ? wait : LendAsync(wait);

    public void Dispose() => _places.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> LendAsync<T>(ValueTask<T> wait)
    {
        Leave();
        try
        {
            return await wait;
        }
        finally
        {
            // Not cancellable: whoever took the place gives it back, and must have it then.
            await ReenterAsync(CancellationToken.None);
        }
    }
}
