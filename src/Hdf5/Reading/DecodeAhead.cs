using System.Collections.Concurrent;
using Microtome.Hdf5.Layouts;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// Decodes chunks that will be asked for soon, on all cores but one. What is decoded and not yet read is bounded by a
/// part of the cache, so that chunks decoded ahead do not push each other out: when one of them is read (or dropped) the next is begun.
/// Hints beyond a number of waiting chunks are forgotten. Safe for concurrent use.
/// </summary>
internal sealed class DecodeAhead(long maxUnreadBytes) : IThreadPoolWorkItem
{
    private const int MaxWaiting = 1 << 12;

    /// <summary>The reader itself is busy on one core.</summary>
    private static readonly int MaxWorkers = Math.Max(1, Environment.ProcessorCount - 1);

    private readonly ConcurrentQueue<(ChunkedStorage Storage, ChunkKey Key)> _waiting = new();
    private readonly ConcurrentDictionary<ChunkKey, byte> _wanted = new();
    private long _unreadBytes;
    private int _workers;

    /// <summary>Takes the chunks that these rows touch, in their order.</summary>
    /// <param name="cache">Chunks that are there are passed over.</param>
    /// <param name="storage">Whose chunks they are.</param>
    /// <param name="grid">Its chunks.</param>
    /// <param name="rows">Rows of axis 0.</param>
    public void Add(ChunkCache cache, ChunkedStorage storage, ChunkGrid grid, ReadOnlySpan<long> rows)
    {
        long across = grid.Counts[0] == 0 ? 0 : grid.Total / grid.Counts[0];
        long last = -1;
        int room = Math.Max(0, MaxWaiting - _waiting.Count);
        foreach (long row in rows)
        {
            long place = row / grid.ChunkDims[0];
            if (place == last || (ulong)row >= (ulong)grid.Dims[0])
                continue;

            last = place;
            for (long i = 0; i < across && room > 0; i++)
            {
                ChunkKey key = new(storage.Id, (place * across) + i);
                if (cache.Contains(key) || !_wanted.TryAdd(key, 0))
                    continue;

                _waiting.Enqueue((storage, key));
                room--;
            }
        }

        // As many threads as there is work for; each goes on for as long as there is any.
        for (int i = Math.Min(MaxWorkers, _waiting.Count); i > 0; i--)
            Wake();
    }

    /// <summary>Somebody decodes this chunk: it need not be decoded ahead any more, also not once it has been dropped again.</summary>
    public void Begun(ChunkKey key) => _wanted.TryRemove(key, out _);

    /// <summary>A chunk decoded ahead is there.</summary>
    public void Decoded(int bytes) => Interlocked.Add(ref _unreadBytes, bytes);

    /// <summary>A chunk decoded ahead was read for the first time, or dropped.</summary>
    public void Taken(int bytes)
    {
        Interlocked.Add(ref _unreadBytes, -bytes);
        if (!_waiting.IsEmpty)
            Wake();
    }

    /// <summary>One chunk, then to the end of the pool's queue: readers that wait for a chunk wait in the same pool.</summary>
    public void Execute()
    {
        if (HasRoom && _waiting.TryDequeue(out (ChunkedStorage Storage, ChunkKey Key) next))
        {
            if (_wanted.ContainsKey(next.Key))
                next.Storage.Prefetch(next.Key.Number);

            Begun(next.Key);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }

        Interlocked.Decrement(ref _workers);
        if (!_waiting.IsEmpty)
            Wake(); // something may have come between the last look and the leaving
    }

    private bool HasRoom => Volatile.Read(ref _unreadBytes) < maxUnreadBytes;

    private void Wake()
    {
        if (HasRoom && TryEnter())
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool TryEnter()
    {
        int workers = Volatile.Read(ref _workers);
        while (workers < MaxWorkers)
        {
            int seen = Interlocked.CompareExchange(ref _workers, workers + 1, workers);
            if (seen == workers)
                return true;

            workers = seen;
        }

        return false;
    }
}
