using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>
/// Kernels one after the other, a block at a time, so that everything between lies in the first-level cache and the memory sees one
/// read and one write. Kernels after the last change of size work in the destination itself.
/// </summary>
internal sealed class PointwiseChain
{
    /// <summary>The most that a block takes in any dtype: a third of a common first-level cache, for source, scratch and destination.</summary>
    public const int BlockBytes = 16 * 1024;

    private readonly Kernel[] _kernels;
    private readonly int[] _sizes;
    private readonly int _blockLength;
    private readonly int _firstInPlace;

    private PointwiseChain(Dtype source, IReadOnlyList<PointwiseStep> steps, Kernel[] kernels, int channels)
    {
        _kernels = kernels;
        _sizes = [source.ItemSize, .. steps.Select(step => step.To.ItemSize)];
        if (ByteQuotients.Replace(source, _kernels, _sizes, channels))
        {
            float divisor = (float)((QuotientKernel)_kernels[1]).Divisors[0];
            _kernels = [new ByteQuotientKernel(divisor), .. _kernels[2..]];
            _sizes = [_sizes[0], .. _sizes[2..]];
        }

        _blockLength = BlockBytes / _sizes.Max();
        _firstInPlace = Array.FindLastIndex(_sizes, size => size != _sizes[^1]);
        ScratchBytes = _firstInPlace > 0 ? 2 * BlockBytes : 0;
    }

    /// <summary>Whether it changes nothing.</summary>
    public bool IsEmpty => _kernels.Length == 0;

    /// <summary>Bytes of scratch that <see cref="Run"/> needs.</summary>
    public int ScratchBytes { get; }

    public int SourceSize => _sizes[0];

    public int Size => _sizes[^1];

    /// <summary>For elements whose channels alternate: the last axis is the channels'.</summary>
    public static PointwiseChain Interleaved(Dtype source, IReadOnlyList<PointwiseStep> steps) =>
        new(source, steps, [.. steps.Select(step => step.Interleaved())], steps.Select(step => step.Channels).Append(1).Max());

    /// <summary>For elements that all belong to one channel.</summary>
    public static PointwiseChain Plane(Dtype source, IReadOnlyList<PointwiseStep> steps, int channel) =>
        new(source, steps, [.. steps.Select(step => step.Plane(channel))], 1);

    /// <param name="source">Whole elements.</param>
    /// <param name="destination">As many elements.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>.</param>
    public void Run(ReadOnlySpan<byte> source, Span<byte> destination, Span<byte> scratch)
    {
        if (IsEmpty)
        {
            source.CopyTo(destination);
            return;
        }

        int length = source.Length / SourceSize;
        for (int start = 0; start < length;)
        {
            int count = Math.Min(_blockLength, length - start);
            RunBlock(source.Slice(start * SourceSize, count * SourceSize), destination.Slice(start * Size, count * Size), scratch, start, count);
            start += count;
        }
    }

    private void RunBlock(ReadOnlySpan<byte> source, Span<byte> destination, Span<byte> scratch, int start, int count)
    {
        for (int i = 0; i < _kernels.Length; i++)
        {
            // The two halves of the scratch take turns: no kernel writes where it reads, unless all from it on keep the size.
            Span<byte> target = i >= _firstInPlace ? destination : scratch.Slice((i & 1) * BlockBytes, count * _sizes[i + 1]);
            _kernels[i].Run(source, target, start);
            source = target;
        }
    }
}
