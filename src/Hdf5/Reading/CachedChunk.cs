using Microtome.Hdf5.Filters;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// One decoded chunk, or one that is being decoded. Counted: the cache and every reader hold it, and who lets go of it last gives the
/// buffer back, so that a chunk dropped from the cache stays whole for those who are still copying from it.
/// </summary>
internal sealed class CachedChunk(ChunkKey key, int length)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DecodeBuffer _buffer;
    private DecodeGate? _gate;
    private long _admitted;
    private int _holders = 2; // the cache, and the one who decodes
    private int _isUnread;

    public ChunkKey Key { get; } = key;

    /// <summary>Decoded bytes.</summary>
    public int Length => length;

    /// <summary>Bytes that the buffer takes.</summary>
    public int Bytes => Math.Max(_buffer.Capacity, length);

    /// <summary>Used since the clock's hand last came by.</summary>
    public bool WasUsed { get; set; }

    /// <summary>Decoded ahead of its reader. Set before it can be found ready, taken once.</summary>
    public void MarkUnread() => Volatile.Write(ref _isUnread, 1);

    public bool TakeUnread() => Volatile.Read(ref _isUnread) != 0 && Interlocked.Exchange(ref _isUnread, 0) != 0;

    public Task Ready => _ready.Task;

    public ReadOnlySpan<byte> Span => _buffer.Span[..length];

    /// <summary>It entered the gate, and stays inside for as long as its buffer is over and above the cache.</summary>
    public void Admit(DecodeGate gate, long bytes)
    {
        _gate = gate;
        _admitted = bytes;
    }

    /// <summary>The buffer is the cache's, or nobody's any more.</summary>
    public void LeaveGate()
    {
        if (_gate is not null && Interlocked.Exchange(ref _admitted, 0) is > 0 and long bytes)
            _gate.Leave(bytes);
    }

    public void Decode(ChunkedStorage storage, Layouts.ChunkEntry entry)
    {
        try
        {
            _buffer = DecodeBuffer.Rent(length);
            storage.Decode(entry, _buffer.Span[..length]);
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
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _buffer.Return();
            LeaveGate();
        }
    }
}
