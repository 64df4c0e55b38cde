using System.Buffers;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// One decoded chunk, or one that is being decoded. Counted: the cache and every reader hold it, and who lets go of it last gives the
/// buffer back to the pool, so that a chunk dropped from the cache stays whole for those who are still copying from it.
/// </summary>
internal sealed class CachedChunk(ChunkKey key, int length)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? _buffer;
    private int _holders = 2; // the cache, and the one who decodes
    private int _isUnread;

    public ChunkKey Key { get; } = key;

    /// <summary>Decoded bytes.</summary>
    public int Length => length;

    /// <summary>Bytes that the buffer takes.</summary>
    public int Bytes => _buffer?.Length ?? length;

    /// <summary>Used since the clock's hand last came by.</summary>
    public bool WasUsed { get; set; }

    /// <summary>Decoded ahead of its reader. Set before it can be found ready, taken once.</summary>
    public void MarkUnread() => Volatile.Write(ref _isUnread, 1);

    public bool TakeUnread() => Volatile.Read(ref _isUnread) != 0 && Interlocked.Exchange(ref _isUnread, 0) != 0;

    public Task Ready => _ready.Task;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, length);

    public void Decode(ChunkedStorage storage, Layouts.ChunkEntry entry)
    {
        try
        {
            _buffer = ArrayPool<byte>.Shared.Rent(length);
            storage.Decode(entry, _buffer.AsSpan(0, length));
            _ready.SetResult();
        }
        catch (Exception exception)
        {
            _ready.SetException(exception);
            _ = _ready.Task.Exception; // observed: mostly nobody waits
            throw;
        }
    }

    /// <summary>False once the last holder has let go.</summary>
    public bool TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
                return true;

            holders = seen;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0 && _buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
