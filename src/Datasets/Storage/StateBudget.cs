namespace Microtome.Datasets.Storage;

/// <summary>
/// How many bytes the state directory holds and may hold: a limit of its own, and a tenth of the disk stays free. Rooms count what
/// they keep: what they find at opening by <see cref="Count"/>, what they are about to write by <see cref="Reserve"/>. Caches are
/// asked to make room for what cannot be made again. Safe for concurrent use; a cache must not hold a lock that its evictor takes
/// while it reserves.
/// </summary>
public sealed class StateBudget
{
    /// <summary>Where nothing is configured: a fifth of what is free at the first look, at most this.</summary>
    private const long MostByDefault = 50_000_000_000;

    private readonly Func<DiskSpace> _disk;
    private readonly List<Func<long, long>> _evictors = [];
    private readonly Lock _lock = new();
    private long? _limit;
    private long _used;

    /// <param name="limit">Bytes at most; null means a fifth of the free disk, at most 50 GB.</param>
    /// <param name="disk">Looks at the disk.</param>
    public StateBudget(long? limit, Func<DiskSpace> disk)
    {
        _limit = limit;
        _disk = disk;
    }

    /// <summary>Bytes at most.</summary>
    public long Limit
    {
        get
        {
            lock (_lock)
            {
                return _limit ??= Math.Min(_disk().Free / 5, MostByDefault);
            }
        }
    }

    /// <summary>Bytes counted now.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Adds a cache: asked to free this many bytes, it lets go of what it can (calling <see cref="Release"/>) and answers how many that were.</summary>
    public void AddEvictor(Func<long, long> evict)
    {
        lock (_lock)
        {
            _evictors.Add(evict);
        }
    }

    /// <summary>Counts what is there already, over the limit or not.</summary>
    public void Count(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);

    /// <summary>Counts bytes that are about to be written.</summary>
    /// <exception cref="DiskFullException">There is no room for them, even without the caches.</exception>
    public void Reserve(long bytes)
    {
        if (!TryReserve(bytes))
        {
            throw new DiskFullException($"The state directory has no room for {bytes} bytes more: it holds {Used} of {Limit}, and a tenth of the disk stays free.");
        }
    }

    /// <summary>Counts bytes that are about to be written; false where there is no room for them, even without the caches.</summary>
    public bool TryReserve(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        while (true)
        {
            long missing;
            Func<long, long>[] evictors;
            lock (_lock)
            {
                missing = FindMissing(bytes);
                if (missing <= 0)
                {
                    Count(bytes);
                    return true;
                }

                evictors = [.. _evictors];
            }

            // Outside of the lock: a cache has one of its own.
            long freed = 0;
            foreach (Func<long, long> evict in evictors)
            {
                freed += freed < missing ? evict(missing - freed) : 0;
            }

            if (freed <= 0)
            {
                return false;
            }
        }
    }

    private long FindMissing(long bytes)
    {
        DiskSpace disk = _disk();
        long overLimit = bytes - Math.Max(0, Limit - Used);
        long overDisk = bytes - Math.Max(0, disk.Free - (disk.Total / 10));
        return Math.Max(overLimit, overDisk);
    }
}
