using System.Globalization;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views.Errors;
using Microtome.Datasets.Views.Evaluation;
using Microtome.Datasets.Views.Parsing;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Operations;

/// <summary>
/// <c>sample(n=10000,by=y,seed=7)</c>, algorithm <c>sample.v1</c>: the m rows are shuffled by perm.v1 (seed, epoch 0, m, purpose
/// <c>sample</c>); of each class in value order (of all rows, without <c>by</c>) the first in that order are taken, as many as
/// <see cref="PartDealer"/> gives the first of two parts n : m - n. Exactly n rows. Published, so it never changes.
/// </summary>
internal sealed class SampleOperation(long count, int position, string? by, int byPosition, ulong seed) : ViewOperation
{
    public const string Usage = "sample(n=10000,by=y,seed=7)";

    public static SampleOperation Read(Cursor cursor)
    {
        int start = cursor.Position;
        ArgumentReader arguments = new(cursor, Usage, "n", "by", "seed");
        (long count, int position, string? by, int byPosition, ulong seed) = (0, start, null, 0, 0);
        while (arguments.TryNext(out string key))
        {
            cursor.Peek();
            switch (key)
            {
                case "n":
                    position = cursor.Position;
                    count = arguments.Number(0, long.MaxValue);
                    break;
                case "by":
                    byPosition = cursor.Position;
                    by = arguments.Name();
                    break;
                default:
                    seed = arguments.Seed();
                    break;
            }
        }

        arguments.Require("n");
        return new(count, position, by, byPosition, seed);
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
        long length = rows.Map.Length;
        if (count > length)
        {
            throw new ViewMismatchException($"sample asks for {count} rows, of the {length} that reach it.") { Text = evaluation.Text, Position = position, Suggestion = $"write n={length} or less" };
        }

        if (length == 0)
        {
            return rows;
        }

        RowClasses classes = await evaluation.ClassifyAsync(rows, by, byPosition);
        Permutation order = new(length, seed, 0, "sample");
        return evaluation.Keep(rows, RankChooser.TakeFirst(order, classes, Deal(classes, length), evaluation));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"sample(n={count},{(by is null ? "" : $"by={NameText.Quote(by)},")}seed={seed})");

    private (long Start, long End)[] Deal(RowClasses classes, long length)
    {
        PartDealer dealer = new([count, length - count]);
        long[] sizes = new long[2];
        (long Start, long End)[] taken = new (long, long)[classes.Counts.Count];
        for (int i = 0; i < taken.Length; i++)
        {
            dealer.Deal(classes.Counts[i], sizes);
            taken[i] = (0, sizes[0]);
        }

        return taken;
    }
}
