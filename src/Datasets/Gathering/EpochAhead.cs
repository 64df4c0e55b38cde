using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// Looks ahead of whoever reads an epoch step by step: while one step is sent, the rows of the next are decoded or read from the
/// disk, within a budget. Costs next to nothing while all rows are at hand. Holds nothing of the dataset. Not for concurrent use.
/// </summary>
public sealed class EpochAhead
{
    /// <summary>Bytes of the steps that are hinted beyond the one that is read; one step always is.</summary>
    private const long BudgetBytes = 8 << 20;

    private const long MaxSteps = 8;

    private long _next;

    /// <summary>Hints the steps after this one that were not hinted yet, as far as the budget goes.</summary>
    public void Pass(GatherTemplate template, Epoch epoch, long step, long stop)
    {
        if (!template.IsFar())
        {
            return;
        }

        long stepBytes = Math.Max(1, template.RowBytes * epoch.SliceOf(step).Count);
        long last = Math.Min(stop - 1, step + Math.Clamp(BudgetBytes / stepBytes, 1, MaxSteps));
        using PooledRows rows = new();
        for (_next = Math.Max(_next, step + 1); _next <= last; _next++)
        {
            StepSlice slice = epoch.SliceOf(_next);
            epoch.CopyRows(slice, rows.Resize((int)slice.Count));
            template.HintAhead(rows);
        }
    }
}
