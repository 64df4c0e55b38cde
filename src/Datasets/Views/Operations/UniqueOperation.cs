using Microtome.Datasets.Views.Errors;
using Microtome.Datasets.Views.Evaluation;
using Microtome.Datasets.Views.Parsing;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Operations;

/// <summary>
/// <c>unique(x)</c>: of rows that are equal, byte for byte, the first stays. An array with one element a row is looked at itself;
/// of a larger one the profile's hashes are, and where two are the same the rows themselves: what is dropped is equal.
/// </summary>
internal sealed class UniqueOperation(string array, int position) : ViewOperation
{
    public const string Usage = "unique(x)";

    public static UniqueOperation Read(Cursor cursor)
    {
        cursor.Peek();
        int position = cursor.Position;
        string array = cursor.TakeName("write " + Usage);
        cursor.Expect(')', "write " + Usage);
        return new(array, position);
    }

    public override void Check(ViewSource source, string text) => FindKeys(source, text);

    public override async ValueTask<ViewRows> ApplyAsync(ViewRows rows, ViewEvaluation evaluation)
    {
        (ViewColumn keys, ViewColumn? whole) = FindKeys(evaluation.Source, evaluation.Text);
        return evaluation.Keep(rows, await new FirstOccurrences(evaluation, rows.Map, keys, whole).FindAsync());
    }

    public override string ToString() => $"unique({NameText.Quote(array)})";

    /// <summary>What tells rows apart, and the array that has the last word where two have the same hash.</summary>
    private (ViewColumn Keys, ViewColumn? Whole) FindKeys(ViewSource source, string text)
    {
        ViewColumn column = ColumnFinder.Find(source, array, text, position);
        if (column.RowElements <= 1)
        {
            return (column, null);
        }

        if (column.Numbers is null)
        {
            throw new ViewMismatchException($"A row of {array} has {column.RowElements} texts; unique looks at one.") { Text = text, Position = position };
        }

        return source.Find(column.Name + ".hash") is { Numbers.Spec.RowBytes: FirstOccurrences.HashBytes, IsAligned: true } hashes
            ? (hashes, column)
            : throw new ProfileNeededException($"The rows of {array} have {column.RowElements} elements: their hashes are not computed yet.")
            {
                Dataset = source.Dataset,
                Array = column.Name,
                Text = text,
                Position = position,
                Suggestion = $"profile {column.Name} first",
            };
    }
}
