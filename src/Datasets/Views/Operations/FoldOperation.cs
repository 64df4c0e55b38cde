using System.Globalization;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views.Evaluation;
using Microtome.Datasets.Views.Parsing;
using Microtome.Datasets.Views.Rows;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Views.Operations;

/// <summary>
/// <c>kfold(k=5,by=y,seed=7,fold=0,take=train)</c>, algorithm <c>kfold.v1</c>: the n rows are shuffled by perm.v1 (seed, epoch 0, n,
/// purpose <c>kfold</c>) and sorted by class in value order, equal ones as they were; row i of that order belongs to fold i mod k.
/// <c>take=test</c> is the fold, <c>train</c> all others. Published, so it never changes.
/// </summary>
internal sealed class FoldOperation(string? by, int byPosition, long folds, ulong seed, long fold, bool isTest) : ViewOperation
{
    public const string Usage = "kfold(k=5,by=y,seed=7,fold=0,take=train)";

    private const long MaxFolds = 1_000_000;

    public static FoldOperation Read(Cursor cursor)
    {
        ArgumentReader arguments = new(cursor, Usage, "k", "by", "seed", "fold", "take");
        (string? by, int byPosition, long folds, ulong seed, long fold, int foldPosition, bool isTest) = (null, 0, 0, 0, 0, 0, false);
        while (arguments.TryNext(out string key))
        {
            switch (key)
            {
                case "k":
                    folds = arguments.Number(2, MaxFolds);
                    break;
                case "by":
                    cursor.Peek();
                    byPosition = cursor.Position;
                    by = arguments.Name();
                    break;
                case "seed":
                    seed = arguments.Seed();
                    break;
                case "fold":
                    cursor.Peek();
                    foldPosition = cursor.Position;
                    fold = arguments.Number(0, MaxFolds);
                    break;
                default:
                    isTest = ReadTake(cursor, arguments);
                    break;
            }
        }

        arguments.Require("k");
        arguments.Require("fold");
        return fold < folds
            ? new(by, byPosition, folds, seed, fold, isTest)
            : throw cursor.Wrong($"There is no fold {fold}.", foldPosition, $"there are the folds 0 to {folds - 1}");
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
        Permutation order = new(rows.Map.Length, seed, 0, "kfold");
        return evaluation.Keep(rows, RankChooser.Deal(order, classes, folds, fold, isTest, evaluation));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"kfold(k={folds},{(by is null ? "" : $"by={NameText.Quote(by)},")}seed={seed},fold={fold},take={(isTest ? "test" : "train")})");

    private static bool ReadTake(Cursor cursor, ArgumentReader arguments)
    {
        string take = arguments.Value(out int position);
        return take switch
        {
            "train" => false,
            "test" => true,
            _ => throw cursor.Wrong($"'{ArgumentReader.Shown(take)}' cannot be taken.", position, Spelling.Suggest(take, "train", "test")),
        };
    }
}
