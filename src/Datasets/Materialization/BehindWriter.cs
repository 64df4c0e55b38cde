using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Materialization;

/// <summary>
/// A file that is written from its first byte to its last: room for it is taken at once, and what is written leaves for the disk
/// soon after, so that no more of it waits in memory than was allowed, and other writers are not slowed. Not for concurrent use.
/// </summary>
internal sealed class BehindWriter : IDisposable
{
    private const long BlockBytes = 8 << 20;

    private readonly SafeFileHandle _file;
    private readonly long _waitingBytes;
    private long _written;
    private long _begun;

    /// <param name="path">A new file.</param>
    /// <param name="bytes">How long it will be.</param>
    /// <param name="waitingBytes">Bytes that may wait in memory for the disk.</param>
    /// <exception cref="DiskFullException">The disk has no room for it.</exception>
    public BehindWriter(string path, long bytes, long waitingBytes)
    {
        _waitingBytes = Math.Max(waitingBytes, 4 * BlockBytes);
        try
        {
            _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, preallocationSize: bytes);
        }
        catch (IOException error) when (DiskFullException.IsMeantBy(error))
        {
            throw Full(error);
        }
    }

    /// <exception cref="DiskFullException">The disk is full.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file, bytes, _written);
        }
        catch (IOException error) when (DiskFullException.IsMeantBy(error))
        {
            throw Full(error);
        }

        _written += bytes.Length;
        while (_written - _begun >= BlockBytes)
        {
            FileHints.StartWriteBack(_file, _begun, BlockBytes);
            long old = _begun - _waitingBytes;
            _begun += BlockBytes;
            if (old >= 0)
            {
                FileHints.WaitForWriteBack(_file, old, BlockBytes);
            }
        }
    }

    /// <summary>Waits until everything is on the disk.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    public void Dispose() => _file.Dispose();

    private static DiskFullException Full(IOException error) => new("The disk is full.", error);
}
