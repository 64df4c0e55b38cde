using System.Buffers;

namespace Microtome.Hdf5.Filters;

/// <summary>
/// Room to decode into. What ordinary chunks need comes from the process's pool; what large ones need would be rounded up to a power
/// of two there and kept for good, so that it is the system's and goes back at once. Has one owner, which returns it once.
/// </summary>
internal readonly struct DecodeBuffer
{
    /// <summary>Bytes of the largest that is pooled.</summary>
    public const int LargestPooled = 16 << 20;

    private readonly byte[]? _pooled;
    private readonly SystemMemory? _memory;

    private DecodeBuffer(byte[]? pooled, SystemMemory? memory)
    {
        _pooled = pooled;
        _memory = memory;
    }

    /// <summary>Bytes that it takes; 0 for none.</summary>
    public int Capacity => _pooled?.Length ?? _memory?.Length ?? 0;

    /// <summary>All of it, at least as long as was asked for.</summary>
    public Span<byte> Span => _memory is null ? _pooled : _memory.Span;

    public static DecodeBuffer Rent(int length) =>
        length <= LargestPooled ? new(ArrayPool<byte>.Shared.Rent(length), null) : new(null, new SystemMemory(length));

    /// <summary>Nothing may look at its bytes any more.</summary>
    public void Return()
    {
        _memory?.Dispose();
        if (_pooled is not null)
            ArrayPool<byte>.Shared.Return(_pooled);
    }
}
