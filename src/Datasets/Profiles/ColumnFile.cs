using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Profiles;

/// <summary>A column that is being written, value after value, through a small buffer. Not for concurrent use.</summary>
internal sealed class ColumnFile : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly XxHash128 _digest = new();
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

    /// <summary>XXH128 of a column's file, in hexadecimal, as it reads now.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string DigestOf(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        XxHash128 digest = new();
        digest.Append(file);
        return Convert.ToHexStringLower(digest.GetCurrentHash());
    }

    /// <summary>The same of what was written so far.</summary>
    public string Digest => Convert.ToHexStringLower(_digest.GetCurrentHash());

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

        _digest.Append(_buffer.AsSpan(0, _filled));
        _written += _filled;
        _filled = 0;
    }
}
