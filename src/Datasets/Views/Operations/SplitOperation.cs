using System.Globalization;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views.Evaluation;
using Microtome.Datasets.Views.Parsing;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Operations;

/// <summary>
/// <c>split(by=y,parts=0.8:0.2,seed=7,take=0)</c>, algorithm <c>split.v1</c>: the n rows are shuffled by perm.v1 (seed, epoch 0,
/// n, purpose <c>split</c>); of each class in value order (of all rows, without <c>by</c>) the first in that order go to part 0, the
/// next to part 1 and so on, as many as <see cref="PartDealer"/> says. Published, so it never changes.
/// </summary>
internal sealed class SplitOperation(string? by, int byPosition, Shares parts, ulong seed, int take) : ViewOperation
{
    public const string Usage = "split(by=y,parts=0.8:0.2,seed=7,take=0)";

    public static SplitOperation Read(Cursor cursor)
    {
        ArgumentReader arguments = new(cursor, Usage, "by", "parts", "seed", "take");
        (string? by, int byPosition, Shares? parts, ulong seed, long take, int takePosition) = (null, 0, null, 0, 0, 0);
        while (arguments.TryNext(out string key))
        {
            switch (key)
            {
                case "by":
                    cursor.Peek();
                    byPosition = cursor.Position;
                    by = arguments.Name();
                    break;
                case "parts":
                    string text = arguments.Value(out int position);
                    parts = Shares.Read(cursor, text, position);
                    break;
                case "seed":
                    seed = arguments.Seed();
                    break;
                default:
                    cursor.Peek();
                    takePosition = cursor.Position;
                    take = arguments.Number(0, Shares.MaxParts);
                    break;
            }
        }

        arguments.Require("parts");
        arguments.Require("take");
        return take < parts!.Weights.Count
            ? new(by, byPosition, parts, seed, (int)take)
            : throw cursor.Wrong($"There is no part {take}.", takePosition, $"there are the parts 0 to {parts.Weights.Count - 1}");
    }

    public override void Check(ViewSource source, string text)
    {
        if (by is not null)
        {
            ClassColumn.Check(source, by, text, byPosition);
        }
    }

    public override async ValueTask<ViewRows> ApplyAsync(ViewRows rows, ViewEvaluation evaluation)
    {
        RowClasses classes = await evaluation.ClassifyAsync(rows, by, byPosition);
        Permutation order = new(rows.Map.Length, seed, 0, "split");
        return evaluation.Keep(rows, RankChooser.TakeFirst(order, classes, DealTo(classes), evaluation));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"split({(by is null ? "" : $"by={NameText.Quote(by)},")}parts={parts},seed={seed},take={take})");

    /// <summary>Of each class, which of its rows in shuffled order this part takes: from where to where.</summary>
    private (long Start, long End)[] DealTo(RowClasses classes)
    {
        PartDealer dealer = new([.. parts.Weights]);
        long[] sizes = new long[parts.Weights.Count];
        (long Start, long End)[] taken = new (long, long)[classes.Counts.Count];
        for (int i = 0; i < taken.Length; i++)
        {
            dealer.Deal(classes.Counts[i], sizes);
            long start = 0;
            for (int part = 0; part < take; part++)
            {
                start += sizes[part];
            }

            taken[i] = (start, start + sizes[take]);
        }

        return taken;
    }
}
