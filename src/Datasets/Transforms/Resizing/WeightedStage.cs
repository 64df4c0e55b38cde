using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microtome.Datasets.Transforms.Pointwise;

namespace Microtome.Datasets.Transforms.Resizing;

/// <summary>
/// Resizes by weighted means, line by line: the lines under a new one are mixed first, then the pixels along it, in
/// <typeparamref name="T"/> without rounding between; then the line is rounded once to the dtype and runs through the chain that
/// follows. Sums are taken in one order whatever the processor's vectors, so that every machine sends the same bytes.
/// </summary>
internal sealed class WeightedStage<T> : Stage
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ImageSize _from;
    private readonly ImageSize _to;
    private readonly Kernel? _widen;
    private readonly Kernel? _narrow;
    private readonly bool _rounds;
    private readonly PointwiseChain _chain;
    private readonly long _sourceLineBytes;
    private readonly Lazy<AxisWeights<T>> _rows;
    private readonly Lazy<AxisWeights<T>> _columns;

    /// <param name="from">The row as it comes, complex numbers taken as two channels.</param>
    /// <param name="to">The row as it leaves.</param>
    /// <param name="filter">Not nearest.</param>
    /// <param name="conversion">From the dtype to <typeparamref name="T"/> and back (null where it is that), and whether it is an integer.</param>
    /// <param name="chain">What follows.</param>
    /// <param name="sourceLineBytes">Bytes of one line as it comes.</param>
    /// <param name="outputBytes">Bytes of the row as it leaves.</param>
    public WeightedStage(
        ImageSize from, ImageSize to, ResizeFilter filter, (Kernel? Widen, Kernel? Narrow, bool Rounds) conversion, PointwiseChain chain, long sourceLineBytes, long outputBytes)
        : base(outputBytes)
    {
        _from = from;
        _to = to;
        (_widen, _narrow, _rounds) = conversion;
        _chain = chain;
        _sourceLineBytes = sourceLineBytes;
        _rows = new(() => new(from.Height, to.Height, filter));
        _columns = new(() => new(from.Width, to.Width, filter));
    }

    public override long ScratchBytes =>
        (((2 * _from.LineCount) + _to.LineCount + (2 * HorizontalMix.Padding)) * Unsafe.SizeOf<T>()) + _chain.ScratchBytes + (_chain.IsEmpty ? 0 : ResizedLineBytes);

    /// <summary>Bytes of a new line before the chain.</summary>
    private long ResizedLineBytes => OutputBytes / _to.Height / _chain.Size * _chain.SourceSize;

    public override void Run(ReadOnlySpan<byte> row, Span<byte> output, Span<byte> scratch)
    {
        int oldCount = (int)_from.LineCount;
        int newCount = (int)_to.LineCount;
        Span<T> line = Take(ref scratch, oldCount);
        Span<T> mixed = Take(ref scratch, oldCount + HorizontalMix.Padding);
        Span<T> resized = Take(ref scratch, newCount + HorizontalMix.Padding);
        int lineBytes = (int)(OutputBytes / _to.Height);
        for (int y = 0; y < _to.Height; y++)
        {
            MixLines(row, line, mixed, y);
            HorizontalMix.Run(mixed, resized, _columns.Value, newCount, (int)_from.Channels);
            Finish(resized[..newCount], output.Slice(y * lineBytes, lineBytes), scratch);
        }
    }

    private static Span<T> Take(ref Span<byte> scratch, int count)
    {
        int bytes = count * Unsafe.SizeOf<T>();
        Span<T> taken = MemoryMarshal.Cast<byte, T>(scratch[..bytes]);
        scratch = scratch[bytes..];
        return taken;
    }

    private void MixLines(ReadOnlySpan<byte> row, Span<T> line, Span<T> mixed, int y)
    {
        ReadOnlySpan<T> weights = _rows.Value.Weights(y);
        for (int k = 0; k < weights.Length; k++)
        {
            ReadOnlySpan<T> source = Load(row, _rows.Value.Start(y) + k, line);
            if (k > 0)
            {
                Mix(source, weights[k], mixed);
            }
            else
            {
                Weigh(source, weights[0], mixed);
            }
        }
    }

    private ReadOnlySpan<T> Load(ReadOnlySpan<byte> row, int y, Span<T> line)
    {
        ReadOnlySpan<byte> source = row.Slice(y * (int)_sourceLineBytes, (int)_sourceLineBytes);
        if (_widen is null)
        {
            return MemoryMarshal.Cast<byte, T>(source);
        }

        _widen.Run(source, MemoryMarshal.AsBytes(line), 0);
        return line;
    }

    private static void Weigh(ReadOnlySpan<T> source, T weight, Span<T> mixed)
    {
        ref T from = ref MemoryMarshal.GetReference(source);
        ref T to = ref MemoryMarshal.GetReference(mixed[..source.Length]);
        int i = 0;
        for (; i <= source.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (Vector.LoadUnsafe(ref from, (nuint)i) * weight).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < source.Length; i++)
        {
            mixed[i] = source[i] * weight;
        }
    }

    private static void Mix(ReadOnlySpan<T> source, T weight, Span<T> mixed)
    {
        ref T from = ref MemoryMarshal.GetReference(source);
        ref T to = ref MemoryMarshal.GetReference(mixed[..source.Length]);
        int i = 0;
        for (; i <= source.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (Vector.LoadUnsafe(ref to, (nuint)i) + (Vector.LoadUnsafe(ref from, (nuint)i) * weight)).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < source.Length; i++)
        {
            mixed[i] += source[i] * weight;
        }
    }

    private void Finish(Span<T> resized, Span<byte> target, Span<byte> scratch)
    {
        if (_rounds)
        {
            RoundToEven(resized);
        }

        ReadOnlySpan<byte> narrowed = MemoryMarshal.AsBytes(resized);
        if (_narrow is not null)
        {
            Span<byte> line = _chain.IsEmpty ? target : scratch[..(int)ResizedLineBytes];
            _narrow.Run(narrowed, line, 0);
            narrowed = line;
            scratch = _chain.IsEmpty ? scratch : scratch[(int)ResizedLineBytes..];
        }

        if (_narrow is null || !_chain.IsEmpty)
        {
            _chain.Run(narrowed, target, scratch);
        }
    }

    private static void RoundToEven(Span<T> values)
    {
        ref T first = ref MemoryMarshal.GetReference(values);
        int i = 0;
        if (typeof(T) == typeof(float))
        {
            ref float single = ref Unsafe.As<T, float>(ref first);
            for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector.Round(Vector.LoadUnsafe(ref single, (nuint)i)).StoreUnsafe(ref single, (nuint)i);
            }
        }

        for (; i < values.Length; i++)
        {
            values[i] = T.Round(values[i], MidpointRounding.ToEven);
        }
    }
}
