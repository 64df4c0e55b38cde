using Microtome.Datasets.Views.Conditions;
using Microtome.Datasets.Views.Evaluation;
using Microtome.Datasets.Views.Parsing;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Operations;

/// <summary><c>where(y == 1 and site != 3)</c>: the rows of which the condition is true.</summary>
internal sealed class WhereOperation(Condition condition) : ViewOperation
{
    public const string Usage = "where(y == 1 and site != 3)";

    public static WhereOperation Read(Cursor cursor)
    {
        Condition condition = new ConditionParser(cursor).Parse();
        cursor.Expect(')', "close the parenthesis, or join conditions with and or or");
        return new(condition);
    }

    public override void Check(ViewSource source, string text) => condition.Bind(new(source, text));

    public override async ValueTask<ViewRows> ApplyAsync(ViewRows rows, ViewEvaluation evaluation)
    {
        ConditionBinding binding = new(evaluation.Source, evaluation.Text);
        BoundCondition bound = condition.Bind(binding);
        PositionBits ranks = evaluation.NewBits(rows.Map.Length);
        using ColumnBlock block = new(binding.Columns);
        long[] numbers = new long[ColumnBlock.MaxRows];
        bool[] kept = new bool[ColumnBlock.MaxRows];
        for (long done = 0; done < rows.Map.Length;)
        {
            int count = (int)Math.Min(ColumnBlock.MaxRows, rows.Map.Length - done);
            rows.Map.CopyTo(done, numbers.AsSpan(0, count));
            await block.ReadAsync(numbers.AsMemory(0, count), evaluation.Cancellation);
            bound.Test(block, kept.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                if (kept[i])
                {
                    ranks.Set(done + i);
                }
            }

            done += count;
            evaluation.Cancellation.ThrowIfCancellationRequested();
        }

        return evaluation.Keep(rows, ranks);
    }

    public override string ToString() => $"where({condition})";
}
