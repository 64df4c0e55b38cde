using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// What a sidecar has of the state directory's budget, until it gives everything back at once. Where there was no room it is not
/// asked for again for a while. Safe for concurrent use.
/// </summary>
internal sealed class SidecarAccount
{
    private const long FullMilliseconds = 5_000;

    /// <summary>A disk that fails is left alone for longer than a budget that is used up.</summary>
    private const long FailedMilliseconds = 30_000;

    private readonly Lock _lock = new();
    private readonly StateBudget _budget;
    private long _bytes;
    private long _fullUntil;
    private volatile bool _isClosed;

    /// <param name="budget">What all rooms of the state directory share.</param>
    /// <param name="bytes">Those on the disk already: counted, whether there is room for them or not.</param>
    public SidecarAccount(StateBudget budget, long bytes)
    {
        _budget = budget;
        _bytes = bytes;
        budget.Count(bytes);
    }

    /// <summary>Bytes that it has, or had when it was closed.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public bool IsClosed => _isClosed;

    /// <summary>There was no room lately: no use in asking again yet.</summary>
    public bool IsFull => Environment.TickCount64 < _fullUntil;

    /// <summary>Has these bytes from the budget; false where there is no room for them, or it is closed.</summary>
    public bool TryHold(long bytes)
    {
        if (IsFull)
        {
            return false;
        }

        // Outside of the lock: making room may evict this very sidecar.
        if (!_budget.TryReserve(bytes))
        {
            _fullUntil = Environment.TickCount64 + FullMilliseconds;
            return false;
        }

        lock (_lock)
        {
            if (_isClosed)
            {
                _budget.Release(bytes);
                return false;
            }

            _bytes += bytes;
            return true;
        }
    }

    /// <summary>Gives bytes back that were not written.</summary>
    public void LetGo(long bytes)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _bytes -= bytes;
                _budget.Release(bytes);
            }
        }
    }

    /// <summary>The disk failed: it counts as full for a while.</summary>
    public void Rest() => _fullUntil = Environment.TickCount64 + FailedMilliseconds;

    /// <summary>Gives everything back.</summary>
    /// <returns>How many bytes that were; 0 where it was closed before.</returns>
    public long Close()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return 0;
            }

            _isClosed = true;
            _budget.Release(_bytes);
            return _bytes;
        }
    }
}
