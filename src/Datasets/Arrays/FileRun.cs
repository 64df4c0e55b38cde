using Microsoft.Win32.SafeHandles;

namespace Microtome.Datasets.Arrays;

/// <summary>
/// Bytes that lie whole and plain in an open file: what is served is what is stored. <c>Address</c> is where the same bytes are
/// mapped, or 0. It is only ever handed to the system (a shrunken file makes a system call fail, but kills a process that touches
/// the page), and only while the dataset that lent the run is held.
/// </summary>
public readonly record struct FileRun(SafeFileHandle File, long Offset, long Length, nint Address = 0)
{
    /// <summary>A part of this run, in bytes from its start.</summary>
    public FileRun Slice(long start, long length) => new(File, Offset + start, length, Address == 0 ? 0 : Address + (nint)start);

    /// <summary>Copies bytes from <paramref name="start"/> of this run until the destination is full.</summary>
    /// <exception cref="ArrayReadException">The file ends before the run does, or the disk fails.</exception>
    public void CopyTo(long start, Span<byte> destination)
    {
        long offset = Offset + start;
        while (!destination.IsEmpty)
        {
            int read;
            try
            {
                read = RandomAccess.Read(File, destination, offset);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                throw new ArrayReadException("The file could not be read.", error);
            }

            if (read == 0)
            {
                throw new ArrayReadException("The file is shorter than it was when it was opened.");
            }

            destination = destination[read..];
            offset += read;
        }
    }
}
