using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms.Pointwise;
using Microtome.Datasets.Transforms.Resizing;

namespace Microtome.Datasets.Transforms;

/// <summary>
/// A chain while it is held against an array: what reaches the next operation, and the stages so far. Lives for one
/// <see cref="Transform.Bind"/>.
/// </summary>
internal sealed class Binding
{
    private readonly Dtype _sourceDtype;
    private readonly Shape _sourceRow;
    private readonly List<StagePlan> _plans;
    private long _largestRowBytes;

    public Binding(Dtype dtype, Shape row)
    {
        (_sourceDtype, _sourceRow) = (dtype, row);
        (Dtype, Row) = (dtype, row);
        _plans = [new(dtype, row, null)];
        _largestRowBytes = checked(row.Count * dtype.ItemSize);
    }

    public Dtype Dtype { get; private set; }

    public Shape Row { get; private set; }

    public AxisOrder Order { get; private set; }

    /// <summary>Length of the axis that holds the channels.</summary>
    public long Channels => Order == AxisOrder.ChannelsFirst ? Row[0] : Row.Rank == 0 ? 1 : Row[Row.Rank - 1];

    public BoundTransform Finish() => new(_sourceDtype, _sourceRow, Dtype, Row, _largestRowBytes, Stages());

    private Stage[] Stages()
    {
        _plans.RemoveAll(plan => plan.IsIdle);
        return _plans.Count > 0 ? [.. _plans.Select(plan => plan.Make())] : [new StagePlan(Dtype, Row, null).Make()];
    }

    /// <summary>These lengths as a row of the present dtype; null beyond 2^63 bytes.</summary>
    public Shape? TryShape(params ReadOnlySpan<long> lengths) =>
        Shape.TryCount(lengths, out long count) && count <= long.MaxValue / Dtype.ItemSize ? new(lengths) : null;

    /// <summary>Whether a row of another dtype stays below 2^63 bytes.</summary>
    public bool HasRoomFor(Dtype dtype) => Row.Count <= long.MaxValue / dtype.ItemSize;

    public void AddCast(Dtype dtype)
    {
        foreach (CastStep step in CastKernels.Find(Dtype, dtype))
        {
            Add(step);
        }
    }

    public void AddArithmetic<TOperator>(double[] constants)
        where TOperator : struct, IOperator => Add(new ArithmeticStep<TOperator>(Dtype, constants));

    public void AddResize(Shape row, ResizeFilter filter)
    {
        _plans.Add(new(Dtype, Row, new StagePlan.Resize(row, filter)));
        Reach(Dtype, row);
    }

    /// <summary>The move commutes with steps that take all channels alike, so it goes to where the elements are smallest.</summary>
    public void AddLayout(AxisOrder order)
    {
        StagePlan last = _plans[^1];
        int at = last.SmallestSplit(movesChannels: order == AxisOrder.ChannelsFirst || Order == AxisOrder.ChannelsFirst);
        List<PointwiseStep> moved = last.TakeFrom(at);
        Dtype dtype = moved.Count > 0 ? moved[0].From : Dtype;
        _plans.Add(new(dtype, Row, new StagePlan.Layout(order), moved));
        ReadOnlySpan<long> lengths = Row.Lengths;
        Order = order;
        Reach(Dtype, order == AxisOrder.ChannelsFirst ? new(lengths[2], lengths[0], lengths[1]) : new(lengths[1], lengths[2], lengths[0]));
    }

    private void Add(PointwiseStep step)
    {
        _plans[^1].Steps.Add(step);
        Reach(step.To, Row);
    }

    private void Reach(Dtype dtype, Shape row)
    {
        (Dtype, Row) = (dtype, row);
        _largestRowBytes = Math.Max(_largestRowBytes, checked(row.Count * dtype.ItemSize));
    }
}
