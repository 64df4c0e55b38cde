using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Profiles;

/// <summary>A column that is being written, value after value, through a small buffer. Not for concurrent use.</summary>
internal sealed class ColumnFile : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _filled;
    private long _written;

    /// <exception cref="DiskFullException">The disk has no room for it.</exception>
    public ColumnFile(string path, long bytes)
    {
        _file = NewFile.Create(path, bytes);
    }

    /// <summary>Room for the next value, or for several, up to 64 KB.</summary>
    public Span<byte> Next(int bytes)
    {
        if (_filled + bytes > _buffer.Length)
        {
            Flush();
        }

        _filled += bytes;
        return _buffer.AsSpan(_filled - bytes, bytes);
    }

    /// <summary>Writes what is left; brings everything to the disk where it has to be durable.</summary>
    /// <exception cref="DiskFullException">The disk is full.</exception>
    public void Finish(bool isDurable)
    {
        Flush();
        if (isDurable)
        {
            RandomAccess.FlushToDisk(_file);
        }
    }

    public void Dispose() => _file.Dispose();

    private void Flush()
    {
        try
        {
            RandomAccess.Write(_file, _buffer.AsSpan(0, _filled), _written);
        }
        catch (IOException error) when (DiskFullException.IsMeantBy(error))
        {
            throw new DiskFullException("The disk is full.", error);
        }

        _written += _filled;
        _filled = 0;
    }
}
