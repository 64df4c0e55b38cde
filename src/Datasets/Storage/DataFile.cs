using Microsoft.Win32.SafeHandles;

namespace Microtome.Datasets.Storage;

/// <summary>
/// A file held open for reading, with its size and modification time as they were at opening and, on Linux, a read-only mapping
/// for system calls to send from. Immutable; safe for concurrent use. A file replaced by rename lives on here until disposed.
/// </summary>
public sealed class DataFile : IDisposable
{
    private readonly Mapping? _mapping;

    private DataFile(SafeFileHandle handle, long length, DateTime modified, Mapping? mapping)
    {
        Handle = handle;
        Length = length;
        Modified = modified;
        _mapping = mapping;
    }

    public SafeFileHandle Handle { get; }

    /// <summary>Bytes at opening.</summary>
    public long Length { get; }

    /// <summary>Modification time at opening (UTC, ticks of 100 ns).</summary>
    public DateTime Modified { get; }

    /// <summary>Where the file is mapped, or 0. For system calls only: see <see cref="Mapping"/>.</summary>
    public nint Address => _mapping?.DangerousGetHandle() ?? 0;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static DataFile Open(string path)
    {
        // Others may go on writing, renaming and deleting: what they change is noticed, not forbidden.
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            long length = RandomAccess.GetLength(handle);
            return new(handle, length, File.GetLastWriteTimeUtc(handle), Mapping.TryCreate(handle, length));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Whether the open file still has the size and modification time of its opening: false once it was written in place.</summary>
    public bool IsUnchanged()
    {
        try
        {
            return RandomAccess.GetLength(Handle) == Length && File.GetLastWriteTimeUtc(Handle) == Modified;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _mapping?.Dispose();
        Handle.Dispose();
    }
}
