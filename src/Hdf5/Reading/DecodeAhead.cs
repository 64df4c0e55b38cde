using System.Collections.Concurrent;
using Microtome.Hdf5.Layouts;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// Decodes chunks that will be asked for soon, on as many threads as there are cores. What waits is bounded by a part of the cache,
/// so that chunks decoded ahead do not push each other out; beyond that hints are dropped.
/// </summary>
internal sealed class DecodeAhead(long maxWaitingBytes) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<(ChunkedStorage Storage, long Number)> _waiting = new();
    private long _waitingBytes;
    private int _workers;

    /// <summary>Takes the chunks that these rows touch, in their order.</summary>
    public void Add(ChunkedStorage storage, ChunkGrid grid, ReadOnlySpan<long> rows)
    {
        long across = grid.Counts[0] == 0 ? 0 : grid.Total / grid.Counts[0];
        long last = -1;
        foreach (long row in rows)
        {
            long place = row / grid.ChunkDims[0];
            if (place == last || (ulong)row >= (ulong)grid.Dims[0])
                continue;

            last = place;
            for (long i = 0; i < across; i++)
            {
                if (!TryAdd(storage, (place * across) + i))
                    return;
            }
        }
    }

    public void Execute()
    {
        do
        {
            while (_waiting.TryDequeue(out (ChunkedStorage Storage, long Number) next))
            {
                next.Storage.Prefetch(next.Number);
                Interlocked.Add(ref _waitingBytes, -next.Storage.ChunkBytes);
            }

            Interlocked.Decrement(ref _workers);
        }
        while (!_waiting.IsEmpty && TryEnter()); // something may have come between the last look and the leaving
    }

    private bool TryAdd(ChunkedStorage storage, long number)
    {
        if (Interlocked.Add(ref _waitingBytes, storage.ChunkBytes) > maxWaitingBytes)
        {
            Interlocked.Add(ref _waitingBytes, -storage.ChunkBytes);
            return false;
        }

        _waiting.Enqueue((storage, number));
        if (TryEnter())
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

        return true;
    }

    private bool TryEnter()
    {
        int workers = Volatile.Read(ref _workers);
        while (workers < Environment.ProcessorCount)
        {
            int seen = Interlocked.CompareExchange(ref _workers, workers + 1, workers);
            if (seen == workers)
                return true;

            workers = seen;
        }

        return false;
    }
}
