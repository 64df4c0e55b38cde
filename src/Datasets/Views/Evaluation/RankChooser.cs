using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Evaluation;

/// <summary>Chooses positions of a view by their place in a shuffled order, class by class: what split, kfold and sample have in common.</summary>
internal static class RankChooser
{
    /// <summary>Rows that are looked up together: their classes lie anywhere in memory, and are waited for at the same time.</summary>
    private const int BlockRows = 4096;

    /// <summary>Of each class, the rows [Start, End) in shuffled order.</summary>
    public static PositionBits TakeFirst(Permutation order, RowClasses classes, (long Start, long End)[] taken, ViewEvaluation evaluation)
    {
        PositionBits ranks = evaluation.NewBits(order.Length);
        if (classes.IsOne)
        {
            // One class: its share is one stretch of the order.
            foreach (ReadOnlyMemory<long> block in Blocks(order, taken[0].Start, taken[0].End, evaluation))
            {
                foreach (long rank in block.Span)
                {
                    ranks.Set(rank);
                }
            }

            return ranks;
        }

        long[] met = new long[taken.Length];
        foreach (ReadOnlyMemory<long> block in Blocks(order, 0, order.Length, evaluation))
        {
            foreach (long rank in block.Span)
            {
                int told = classes[rank];
                long place = met[told]++;
                if (place >= taken[told].Start && place < taken[told].End)
                {
                    ranks.Set(rank);
                }
            }
        }

        return ranks;
    }

    /// <summary>The rows of one fold, or all others, where the shuffled rows, sorted by class, are dealt round and round.</summary>
    public static PositionBits Deal(Permutation order, RowClasses classes, long folds, long fold, bool isTest, ViewEvaluation evaluation)
    {
        PositionBits ranks = evaluation.NewBits(order.Length);
        long[] next = new long[classes.Counts.Count];
        for (int i = 1; i < next.Length; i++)
        {
            next[i] = next[i - 1] + classes.Counts[i - 1];
        }

        foreach (ReadOnlyMemory<long> block in Blocks(order, 0, order.Length, evaluation))
        {
            foreach (long rank in block.Span)
            {
                if ((next[classes[rank]]++ % folds == fold) == isTest)
                {
                    ranks.Set(rank);
                }
            }
        }

        return ranks;
    }

    /// <summary>The order's rows from one position to another, block after block in the same memory.</summary>
    private static IEnumerable<ReadOnlyMemory<long>> Blocks(Permutation order, long start, long end, ViewEvaluation evaluation)
    {
        long[] rows = new long[BlockRows];
        for (long position = start; position < end; position += BlockRows)
        {
            evaluation.Cancellation.ThrowIfCancellationRequested();
            Memory<long> block = rows.AsMemory(0, (int)Math.Min(BlockRows, end - position));
            order.CopyTo(position, block.Span);
            yield return block;
        }
    }
}
