using Microtome.Datasets.Views.Errors;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Views;

/// <summary>Finds the arrays that an expression names, and says what to do where one cannot be used so.</summary>
internal static class ColumnFinder
{
    private static readonly string[] Computed = ["mean", "std", "min", "max", "hash"];

    /// <summary>An aligned array with one element a row, or a computed column.</summary>
    /// <exception cref="ViewException">There is none, or it cannot be used so.</exception>
    public static ViewColumn FindScalar(ViewSource source, string name, string text, int position)
    {
        ViewColumn column = Find(source, name, text, position);
        if (column.RowElements == 1)
        {
            return column;
        }

        throw new ProfileNeededException($"A row of {name} has {column.RowElements} elements; a view can look at one.")
        {
            Dataset = source.Dataset,
            Array = name,
            Text = text,
            Position = position,
            Suggestion = $"profile {name} and use {name}.mean, {name}.std, {name}.min or {name}.max",
        };
    }

    /// <summary>An aligned array that can be decoded, or a computed column.</summary>
    /// <exception cref="ViewException">There is none.</exception>
    public static ViewColumn Find(ViewSource source, string name, string text, int position)
    {
        if (source.Find(name) is not { } column)
        {
            throw Missing(source, name, text, position);
        }

        if (column.Numbers is null && column.Texts is null)
        {
            throw new ViewUnservableException($"The array {name} cannot be decoded: {column.Reason}.") { Text = text, Position = position };
        }

        return column.IsAligned
            ? column
            : throw new ViewMismatchException($"The array {name} has other rows than the dataset.") { Text = text, Position = position, Suggestion = "name an aligned array" };
    }

    private static ViewException Missing(ViewSource source, string name, string text, int position)
    {
        int dot = name.LastIndexOf('.');
        string array = dot > 0 ? name[..dot] : "";
        if (Computed.Contains(name[(dot + 1)..]) && source.Find(array) is { IsAligned: true, Numbers: not null })
        {
            return new ProfileNeededException($"The column {name} is not computed yet.")
            {
                Dataset = source.Dataset,
                Array = array,
                Text = text,
                Position = position,
                Suggestion = $"profile {array} first",
            };
        }

        string? suggestion = source.Names.Count > 0 ? Spelling.Suggest(name, [.. source.Names]) : null;
        return new ViewArrayException($"The dataset {source.Dataset} has no array {name}.") { Text = text, Position = position, Suggestion = suggestion };
    }
}
