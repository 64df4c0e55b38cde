using System.Runtime.InteropServices;

namespace Microtome.Datasets.Views.Rows;

/// <summary>The bytes behind an evaluated view: in memory, or in a file of the state directory. Immutable; safe for concurrent use.</summary>
internal abstract class RowBytes
{
    public abstract long Length { get; }

    /// <summary>Bytes of memory that this takes.</summary>
    public abstract long MemoryBytes { get; }

    /// <exception cref="Arrays.ArrayReadException">The file cannot be read.</exception>
    public abstract void Read(long offset, Span<byte> destination);
}

/// <summary>Bytes in memory, as 64-bit words of which at most the last is cut.</summary>
internal sealed class HeldBytes(ulong[] words, long length) : RowBytes
{
    public override long Length => length;

    public ReadOnlySpan<byte> Span => MemoryMarshal.AsBytes<ulong>(words)[..(int)length];

    public override long MemoryBytes => words.LongLength * sizeof(ulong);

    public override void Read(long offset, Span<byte> destination) => Span.Slice((int)offset, destination.Length).CopyTo(destination);
}
