using System.Collections.Immutable;

namespace Microtome.Datasets.Arrays;

/// <summary>A range of one axis: <c>Count</c> indices from <c>Start</c>, <c>Step</c> (≥ 1) apart.</summary>
public readonly record struct AxisRange(long Start, long Count, long Step = 1)
{
    /// <summary>One past the last index touched; <c>Start</c> where there is none.</summary>
    public long End => Count == 0 ? Start : Start + ((Count - 1) * Step) + 1;

    public static AxisRange All(long length) => new(0, length);

    public bool Covers(long length) => Start == 0 && Count == length && (Step == 1 || Count <= 1);
}

/// <summary>
/// A strided box of an array: one range an axis, all axes kept. What is read from it lies in C order without gaps. Whoever makes
/// one has held it against the array's shape; sources do not check again.
/// </summary>
public sealed class Region(ImmutableArray<AxisRange> axes)
{
    public ImmutableArray<AxisRange> Axes { get; } = axes;

    /// <summary>Elements in the box. Cannot overflow: no axis is longer than its array's.</summary>
    public long Count { get; } = Multiply(axes.AsSpan());

    public static Region All(Shape shape)
    {
        var axes = ImmutableArray.CreateBuilder<AxisRange>(shape.Rank);
        foreach (long length in shape.Lengths)
        {
            axes.Add(AxisRange.All(length));
        }

        return new(axes.MoveToImmutable());
    }

    public bool Covers(Shape shape)
    {
        for (int axis = 0; axis < Axes.Length; axis++)
        {
            if (!Axes[axis].Covers(shape[axis]))
            {
                return false;
            }
        }

        return true;
    }

    private static long Multiply(ReadOnlySpan<AxisRange> axes)
    {
        long count = 1;
        foreach (AxisRange axis in axes)
        {
            count *= axis.Count;
        }

        return count;
    }
}
