using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms.Layouts;
using Microtome.Datasets.Transforms.Pointwise;
using Microtome.Datasets.Transforms.Resizing;

namespace Microtome.Datasets.Transforms;

/// <summary>A stage to be: what moves or mixes pixels (null: nothing does), and the element-wise steps that run on its result.</summary>
internal sealed class StagePlan(Dtype dtype, Shape row, StagePlan.Move? move, List<PointwiseStep>? steps = null)
{
    public List<PointwiseStep> Steps { get; } = steps ?? [];

    /// <summary>Whether the stage would only copy.</summary>
    public bool IsIdle => move is null && Steps.Count == 0;

    /// <summary>
    /// Before which step the elements are smallest, the earliest such. Where the channels of the steps are not those that are moved,
    /// not before a step with constants a channel.
    /// </summary>
    public int SmallestSplit(bool movesChannels)
    {
        int best = Steps.Count;
        int least = int.MaxValue;
        for (int i = Steps.Count; i >= 0; i--)
        {
            int size = i < Steps.Count ? Steps[i].From.ItemSize : SizeAtEnd;
            if (size <= least)
            {
                (best, least) = (i, size);
            }

            if (i > 0 && Steps[i - 1].Channels > 1 && !movesChannels)
            {
                break;
            }
        }

        return best;
    }

    private int SizeAtEnd => Steps.Count > 0 ? Steps[^1].To.ItemSize : dtype.ItemSize;

    /// <summary>Takes the steps from <paramref name="at"/> on away.</summary>
    public List<PointwiseStep> TakeFrom(int at)
    {
        List<PointwiseStep> taken = Steps[at..];
        Steps.RemoveRange(at, Steps.Count - at);
        return taken;
    }

    public Stage Make()
    {
        switch (move)
        {
            case Resize resize:
                return ResizeStages.Make(dtype, row, resize.Row, resize.Filter, PointwiseChain.Interleaved(dtype, Steps));
            case Layout { Order: AxisOrder.ChannelsFirst }:
                return new LayoutStage(AxisOrder.ChannelsFirst, row[0] * row[1], row[2], PlaneChains(row[2]));
            case Layout:
                return new LayoutStage(AxisOrder.ChannelsLast, row[1] * row[2], row[0], [PointwiseChain.Interleaved(dtype, Steps)]);
            default:
                PointwiseChain chain = PointwiseChain.Interleaved(dtype, Steps);
                return new PointwiseStage(chain, row.Count * chain.Size);
        }
    }

    /// <summary>One chain for all planes, or one each where a step has constants of its own for each (as many as a text can hold).</summary>
    private PointwiseChain[] PlaneChains(long channels)
    {
        int count = Steps.Exists(step => step.Channels > 1) ? (int)channels : 1;
        PointwiseChain[] chains = new PointwiseChain[count];
        for (int channel = 0; channel < count; channel++)
        {
            chains[channel] = PointwiseChain.Plane(dtype, Steps, channel);
        }

        return chains;
    }

    /// <summary>What happens to the pixels of a row.</summary>
    public abstract record Move;

    public sealed record Resize(Shape Row, ResizeFilter Filter) : Move;

    public sealed record Layout(AxisOrder Order) : Move;
}
