using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Evaluation;

/// <summary>Chooses positions of a view by their place in a shuffled order, class by class: what split, kfold and sample have in common.</summary>
internal static class RankChooser
{
    /// <summary>Positions after which the end of the evaluation is looked at again.</summary>
    private const long Stretch = 1 << 16;

    /// <summary>Of each class, the rows [Start, End) in shuffled order.</summary>
    public static PositionBits TakeFirst(Permutation order, RowClasses classes, (long Start, long End)[] taken, ViewEvaluation evaluation)
    {
        PositionBits ranks = evaluation.NewBits(order.Length);
        if (classes.IsOne)
        {
            // One class: its share is one stretch of the order.
            foreach (long position in Positions(taken[0].Start, taken[0].End, evaluation))
            {
                ranks.Set(order[position]);
            }

            return ranks;
        }

        long[] met = new long[taken.Length];
        foreach (long position in Positions(0, order.Length, evaluation))
        {
            long rank = order[position];
            int told = classes[rank];
            long place = met[told]++;
            if (place >= taken[told].Start && place < taken[told].End)
            {
                ranks.Set(rank);
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

        foreach (long position in Positions(0, order.Length, evaluation))
        {
            long rank = order[position];
            if ((next[classes[rank]]++ % folds == fold) == isTest)
            {
                ranks.Set(rank);
            }
        }

        return ranks;
    }

    private static IEnumerable<long> Positions(long start, long end, ViewEvaluation evaluation)
    {
        for (long position = start; position < end; position++)
        {
            if (position % Stretch == 0)
            {
                evaluation.Cancellation.ThrowIfCancellationRequested();
            }

            yield return position;
        }
    }
}
