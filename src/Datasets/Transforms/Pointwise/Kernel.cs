using System.Runtime.InteropServices;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>One pass over a block that lies in the first-level cache: element i of the destination depends on element i of the
/// source alone. Stateless but for constants; the two spans may be the same bytes where the elements have the same size.</summary>
internal abstract class Kernel
{
    /// <param name="source">Whole elements.</param>
    /// <param name="destination">As many elements.</param>
    /// <param name="offset">How many elements of the row (or of whole rows) lie before the block: says which channel is first.</param>
    public abstract void Run(ReadOnlySpan<byte> source, Span<byte> destination, long offset);
}

/// <summary>A kernel that takes every element alike.</summary>
internal abstract class Kernel<TFrom, TTo> : Kernel
    where TFrom : unmanaged
    where TTo : unmanaged
{
    public sealed override void Run(ReadOnlySpan<byte> source, Span<byte> destination, long offset) =>
        Run(MemoryMarshal.Cast<byte, TFrom>(source), MemoryMarshal.Cast<byte, TTo>(destination));

    protected abstract void Run(ReadOnlySpan<TFrom> source, Span<TTo> destination);
}
