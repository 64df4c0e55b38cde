using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Views.Rows;

/// <summary>Bytes of a file of the state directory. It may be deleted meanwhile: what is open can be read until it is let go of.</summary>
internal sealed class FileBytes(SafeFileHandle file, long start, long length) : RowBytes
{
    public override long Length => length;

    public override long MemoryBytes => 0;

    public override void Read(long offset, Span<byte> destination) => new FileRun(file, start, length).CopyTo(offset, destination);
}
