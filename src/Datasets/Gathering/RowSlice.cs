using System.Collections.Immutable;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// What is read of each row of an array: a box over the axes after the first. Large rows are read in pieces of bounded size:
/// the leading axes index by index, one axis in groups, the axes behind it whole.
/// </summary>
public sealed class RowSlice
{
    /// <summary>The most that is read at once into memory where rows do not go straight from the file.</summary>
    public const int MaxPieceBytes = 1 << 20;

    private readonly int _splitAxis;
    private readonly long _group;
    private readonly long _groups;

    /// <param name="spec">The array.</param>
    /// <param name="region">The box, within the array's row.</param>
    /// <param name="shape">The row as it is sent: the box's shape without the dropped axes.</param>
    public RowSlice(ArraySpec spec, Region region, Shape shape)
    {
        Region = region;
        Shape = shape;
        int item = spec.Dtype.ItemSize;
        Bytes = region.Count * item;
        IsWhole = spec.Shape.Rank == 0 || region.Covers(spec.Shape.Row);
        Offset = FindOffset(spec, region);

        // The first axis whose later axes together fit into a piece.
        PieceBytes = Bytes;
        for (; PieceBytes > MaxPieceBytes; _splitAxis++)
        {
            PieceBytes /= region.Axes[_splitAxis].Count;
        }

        _splitAxis--;
        if (_splitAxis >= 0)
        {
            long length = region.Axes[_splitAxis].Count;
            _group = Math.Min(length, MaxPieceBytes / PieceBytes);
            _groups = (length + _group - 1) / _group;
            TailBytes = PieceBytes;
            PieceBytes *= _group;
        }
    }

    public Region Region { get; }

    public Shape Shape { get; }

    /// <summary>Bytes of one row as read.</summary>
    public long Bytes { get; }

    public bool IsWhole { get; }

    /// <summary>Where the box lies within a row that is stored plainly, in bytes; -1 where it is not one run.</summary>
    public long Offset { get; }

    /// <summary>Bytes of every piece but the last of each group of them; equal to <see cref="Bytes"/> where a row is one piece.</summary>
    public long PieceBytes { get; }

    private long TailBytes { get; }

    /// <summary>The whole row of an array.</summary>
    public static RowSlice Whole(ArraySpec spec)
    {
        Shape row = spec.Shape.Rank == 0 ? Shape.Scalar : spec.Shape.Row;
        return new(spec, Region.All(row), row);
    }

    /// <summary>The piece that holds byte <paramref name="offset"/> of the row: its box, where it starts in the row, and its bytes.</summary>
    public (Region Region, long Start, long Bytes) PieceAt(long offset)
    {
        if (_splitAxis < 0)
        {
            return (Region, 0, Bytes);
        }

        ImmutableArray<AxisRange>.Builder axes = Region.Axes.ToBuilder();
        long axisBytes = axes[_splitAxis].Count * TailBytes;
        long outer = offset / axisBytes;
        long group = offset % axisBytes / PieceBytes;
        long start = (outer * axisBytes) + (group * PieceBytes);
        for (int axis = _splitAxis - 1; axis >= 0; axis--)
        {
            AxisRange range = axes[axis];
            axes[axis] = new(range.Start + (outer % range.Count * range.Step), 1);
            outer /= range.Count;
        }

        AxisRange split = axes[_splitAxis];
        long count = Math.Min(_group, split.Count - (group * _group));
        axes[_splitAxis] = new(split.Start + (group * _group * split.Step), count, split.Step);
        return (new(axes.MoveToImmutable()), start, count * TailBytes);
    }

    private static long FindOffset(ArraySpec spec, Region region)
    {
        // One run: single indices, then at most one gapless range, then whole axes.
        long offset = 0;
        long stride = spec.Dtype.ItemSize;
        bool open = true;
        for (int axis = region.Axes.Length - 1; axis >= 0; axis--)
        {
            AxisRange range = region.Axes[axis];
            if ((!open && range.Count != 1) || (range.Step != 1 && range.Count > 1))
            {
                return -1;
            }

            open &= range.Covers(spec.Shape[axis + 1]);
            offset += range.Start * stride;
            stride *= spec.Shape[axis + 1];
        }

        return offset;
    }
}
