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
}
