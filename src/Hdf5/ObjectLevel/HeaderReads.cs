using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>
/// What one walk through a file, or one list of attributes, has read of object headers: their bytes, which are bounded together since
/// any number of headers may continue in the same large block; and the shared message that was last followed, which mostly is wanted
/// again. For one thread.
/// </summary>
internal sealed class HeaderReads(BoundedFile file)
{
    /// <summary>Each header is read once, and that of a committed datatype again after each other one.</summary>
    private const long TimesFileLength = 4;

    /// <summary>So much is read in a second, and no less is allowed for a small file.</summary>
    private const long LeastBytes = 1L << 30;

    /// <summary>Headers of eight kilobytes for a million objects.</summary>
    private const long MostBytes = 8L << 30;

    private readonly long _max = MaxBytes(file);
    private long _left = MaxBytes(file);
    private (MessageType Type, long Address) _sharedKey;
    private ReadOnlyMemory<byte>? _shared;

    /// <summary>To be asked before the bytes are read.</summary>
    /// <exception cref="Hdf5FormatException">They are more than are left.</exception>
    public void Take(long bytes)
    {
        if (bytes > _left)
            throw new Hdf5FormatException($"The file's object headers have more than {_max} bytes together, as often as they are read: this one is left out.");

        _left -= bytes;
    }

    public bool TryGetShared(MessageType type, long address, out ReadOnlyMemory<byte> body)
    {
        bool isKept = _shared is not null && _sharedKey == (type, address);
        body = isKept ? _shared!.Value : default;
        return isKept;
    }

    public void KeepShared(MessageType type, long address, ReadOnlyMemory<byte> body)
    {
        _sharedKey = (type, address);
        _shared = body;
    }

    private static long MaxBytes(BoundedFile file) => Math.Clamp(Math.Min(file.Length, MostBytes) * TimesFileLength, LeastBytes, MostBytes);
}
