using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microtome.Hdf5.Layouts;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// Decoded chunks, bounded in bytes, for the whole process. One decode is in flight for a chunk, whoever asks; the others wait for
/// it without a thread. Lookups take no lock; what is dropped is chosen by a clock (second chance), which approximates least
/// recently used. Chunks that readers hold while they copy are over and above the bound, at most one a reader; of large ones no more
/// than <see cref="Gate"/> lets in.
/// </summary>
public sealed class ChunkCache
{
    /// <summary>A chunk of more than this part of the capacity is decoded for those who ask at the time, and not kept.</summary>
    private const int LargestPart = 4;

    private const long MaxLargeBytes = 256L << 20;

    private readonly ConcurrentDictionary<ChunkKey, CachedChunk> _chunks = new();
    private readonly ConcurrentQueue<CachedChunk> _clock = new();
    private long _bytes;
    private long _hits;
    private long _misses;
    private long _decodedBytes;

    /// <param name="capacityBytes">Bytes of decoded chunks kept; 0 keeps none.</param>
    public ChunkCache(long capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        CapacityBytes = capacityBytes;
        Ahead = new(capacityBytes / LargestPart);
    }

    /// <summary>The one that files use unless told otherwise: 256 MiB.</summary>
    public static ChunkCache Shared { get; } = new(256L << 20);

    public long CapacityBytes { get; }

    /// <summary>Bytes of the chunks kept now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Chunks that were there when asked for, since the start.</summary>
    public long Hits => Volatile.Read(ref _hits);

    /// <summary>Chunks decoded, since the start.</summary>
    public long Misses => Volatile.Read(ref _misses);

    /// <summary>Bytes that came out of chunks decoded, kept or not, since the start.</summary>
    public long DecodedBytes => Volatile.Read(ref _decodedBytes);

    internal DecodeAhead Ahead { get; }

    /// <summary>For chunks that are decoded, into the cache or past it.</summary>
    internal DecodeGate Gate { get; } = new(MaxLargeBytes);

    /// <summary>A chunk was decoded, for the cache or past it.</summary>
    internal void CountDecoded(int bytes)
    {
        Interlocked.Increment(ref _misses);
        Interlocked.Add(ref _decodedBytes, bytes);
    }

    /// <summary>It is there, or being decoded.</summary>
    internal bool Contains(ChunkKey key) => _chunks.ContainsKey(key);

    /// <summary>A chunk that is there and decoded.</summary>
    internal bool TryGet(ChunkKey key, out ChunkLease lease)
    {
        lease = default;
        if (!_chunks.TryGetValue(key, out CachedChunk? chunk) || !chunk.Ready.IsCompletedSuccessfully || !chunk.TryHold())
            return false;

        lease = Use(chunk);
        return true;
    }

    /// <summary>A chunk, decoded by the caller unless it is there or in flight.</summary>
    /// <exception cref="Hdf5FormatException">It cannot be decoded.</exception>
    internal async ValueTask<ChunkLease> GetAsync(ChunkKey key, ChunkedStorage storage, ChunkEntry entry)
    {
        while (true)
        {
            if (!_chunks.TryGetValue(key, out CachedChunk? chunk))
            {
                if (!TryAnnounce(key, storage, isAhead: false, out CachedChunk? announced))
                    continue;

                // Whoever else wants this chunk waits for it already.
                long bytes = storage.DecodingBytes(entry);
                if (bytes > 0)
                    await Gate.EnterAsync(bytes);

                Decode(announced, storage, entry, bytes);
                return new(announced);
            }

            if (!chunk.TryHold())
                continue; // dropped a moment ago

            try
            {
                await chunk.Ready;
            }
            catch
            {
                chunk.Release();
                throw;
            }

            return Use(chunk);
        }
    }

    /// <summary>Decodes a chunk into the cache unless it is there or in flight, or too large to be kept or let in now.</summary>
    internal void Prefetch(ChunkKey key, ChunkedStorage storage, ChunkEntry entry)
    {
        if (Contains(key) || storage.ChunkBytes > CapacityBytes / LargestPart)
            return;

        long bytes = storage.DecodingBytes(entry);
        if (bytes > 0 && !Gate.TryEnter(bytes))
            return;

        if (TryAnnounce(key, storage, isAhead: true, out CachedChunk? chunk))
        {
            Decode(chunk, storage, entry, bytes);
            chunk.Release();
        }
        else if (bytes > 0)
        {
            Gate.Leave(bytes);
        }
    }

    private ChunkLease Use(CachedChunk chunk)
    {
        chunk.WasUsed = true;
        Interlocked.Increment(ref _hits);
        if (chunk.TakeUnread())
            Ahead.Taken(chunk.Length);

        return new(chunk);
    }

    /// <summary>Makes a chunk that is found from now on, and ready once it is decoded; false where somebody was quicker.</summary>
    private bool TryAnnounce(ChunkKey key, ChunkedStorage storage, bool isAhead, [NotNullWhen(true)] out CachedChunk? chunk)
    {
        chunk = new(key, storage.ChunkBytes);
        if (isAhead)
        {
            chunk.MarkUnread();
            Ahead.Decoded(chunk.Length);
        }

        if (!_chunks.TryAdd(key, chunk))
        {
            Forget(chunk);
            chunk = null;
            return false;
        }

        Ahead.Begun(key);
        return true;
    }

    /// <param name="chunk">Announced.</param>
    /// <param name="storage">Whose chunk it is.</param>
    /// <param name="entry">Where it is stored.</param>
    /// <param name="admitted">The bytes that it entered the gate with; 0 for an ordinary chunk.</param>
    private void Decode(CachedChunk chunk, ChunkedStorage storage, ChunkEntry entry, long admitted)
    {
        if (admitted > 0)
            chunk.Admit(Gate, admitted);

        CountDecoded(chunk.Length);
        try
        {
            chunk.Decode(storage, entry);
        }
        catch
        {
            Drop(chunk);
            chunk.Release();
            throw;
        }

        Keep(chunk);
    }

    private void Keep(CachedChunk chunk)
    {
        if (chunk.Bytes > CapacityBytes / LargestPart)
        {
            Drop(chunk);
            return;
        }

        Interlocked.Add(ref _bytes, chunk.Bytes);
        chunk.LeaveGate();
        _clock.Enqueue(chunk);
        while (Volatile.Read(ref _bytes) > CapacityBytes && _clock.TryDequeue(out CachedChunk? oldest))
        {
            if (oldest.WasUsed)
            {
                oldest.WasUsed = false;
                _clock.Enqueue(oldest);
                continue;
            }

            Interlocked.Add(ref _bytes, -oldest.Bytes);
            Drop(oldest);
        }
    }

    private void Drop(CachedChunk chunk)
    {
        _chunks.TryRemove(new(chunk.Key, chunk));
        Forget(chunk);
        chunk.Release();
    }

    private void Forget(CachedChunk chunk)
    {
        if (chunk.TakeUnread())
            Ahead.Taken(chunk.Length);
    }
}
