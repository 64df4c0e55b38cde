using System.Buffers;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms.Pointwise;

namespace Microtome.Datasets.Transforms;

/// <summary>
/// A transform held against rows of one dtype and shape: what comes out, how large everything between is, and the work itself.
/// Immutable and safe for concurrent use.
/// </summary>
public sealed class BoundTransform
{
    /// <summary>The largest row, before, between or after, that <see cref="Apply"/> takes, in bytes; whoever binds a transform to
    /// larger ones has to refuse them.</summary>
    public static readonly int MaxRowBytes = Array.MaxLength;

    private readonly Stage[] _stages;
    private readonly long _passedBytes;
    private readonly long _stageScratchBytes;

    internal BoundTransform(Dtype sourceDtype, Shape sourceRow, Dtype dtype, Shape row, long largestRowBytes, Stage[] stages)
    {
        SourceRowBytes = sourceRow.Count * sourceDtype.ItemSize;
        Dtype = dtype;
        Row = row;
        RowBytes = row.Count * dtype.ItemSize;
        LargestRowBytes = largestRowBytes;
        _stages = stages;
        _passedBytes = stages[..^1].Select(stage => stage.OutputBytes).DefaultIfEmpty().Max();
        _stageScratchBytes = stages.Max(stage => stage.ScratchBytes);
        ScratchBytes = (long)Int128.Min(long.MaxValue, _stageScratchBytes + ((Int128)Math.Min(stages.Length - 1, 2) * _passedBytes));
    }

    /// <summary>Dtype of what comes out.</summary>
    public Dtype Dtype { get; }

    /// <summary>Shape of one row as it comes out.</summary>
    public Shape Row { get; }

    /// <summary>Bytes of one row as it goes in.</summary>
    public long SourceRowBytes { get; }

    /// <summary>Bytes of one row as it comes out.</summary>
    public long RowBytes { get; }

    /// <summary>Bytes of one row where it is largest: before, after or between any two operations.</summary>
    public long LargestRowBytes { get; }

    /// <summary>Bytes that one <see cref="Apply"/> borrows from the pool while it runs, however many rows it is given.</summary>
    public long ScratchBytes { get; }

    /// <summary>Transforms whole rows.</summary>
    /// <param name="rows"><paramref name="rowCount"/> × <see cref="SourceRowBytes"/> bytes, in C order, little-endian.</param>
    /// <param name="destination"><paramref name="rowCount"/> × <see cref="RowBytes"/> bytes that do not overlap <paramref name="rows"/>.</param>
    /// <param name="rowCount">How many.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a row is larger than <see cref="MaxRowBytes"/>.</exception>
    public void Apply(ReadOnlySpan<byte> rows, Span<byte> destination, int rowCount)
    {
        if (rows.Length != rowCount * SourceRowBytes || destination.Length != rowCount * RowBytes)
        {
            throw new ArgumentException($"{rowCount} rows need {rowCount * SourceRowBytes} bytes and a destination of {rowCount * RowBytes}.");
        }

        if (Math.Max(LargestRowBytes, ScratchBytes) > MaxRowBytes)
        {
            throw new ArgumentException($"A row of {LargestRowBytes} bytes, with {ScratchBytes} of scratch, is too large to transform.");
        }

        if (destination.IsEmpty)
        {
            return;
        }

        byte[] scratch = ArrayPool<byte>.Shared.Rent((int)ScratchBytes);
        try
        {
            if (_stages is [PointwiseStage only])
            {
                // Elements only: the rows are as one, and their channels go on in step.
                only.Run(rows, destination, scratch);
                return;
            }

            for (int i = 0; i < rowCount; i++)
            {
                RunRow(rows.Slice(i * (int)SourceRowBytes, (int)SourceRowBytes), destination.Slice(i * (int)RowBytes, (int)RowBytes), scratch);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private void RunRow(ReadOnlySpan<byte> row, Span<byte> destination, Span<byte> scratch)
    {
        Span<byte> stageScratch = scratch[..(int)_stageScratchBytes];
        scratch = scratch[(int)_stageScratchBytes..];
        for (int i = 0; i < _stages.Length; i++)
        {
            // Two buffers take turns between the stages.
            Span<byte> output = i == _stages.Length - 1 ? destination : scratch.Slice((i & 1) * (int)_passedBytes, (int)_stages[i].OutputBytes);
            _stages[i].Run(row, output, stageScratch);
            row = output;
        }
    }
}
