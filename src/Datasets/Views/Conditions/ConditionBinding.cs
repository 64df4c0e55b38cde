using Microtome.Datasets.Arrays;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Datasets.Views.Conditions;

/// <summary>Holds the tests of one condition against a dataset, and collects the arrays that they look at, each once.</summary>
internal sealed class ConditionBinding(ViewSource source, string text)
{
    private readonly List<ViewColumn> _columns = [];

    /// <summary>What a block has to hold for the bound condition.</summary>
    public IReadOnlyList<ViewColumn> Columns => _columns;

    public BoundCondition Compare(string array, int position, Comparison comparison, Constant constant, int constantPosition)
    {
        int column = Add(array, position, [constant], [constantPosition]);
        return _columns[column].Numbers is { } numbers
            ? NumberConditions.Compare(numbers.Spec.Dtype, column, comparison, constant)
            : new TextComparison(column, comparison, constant.Text!);
    }

    public BoundCondition Contains(string array, int position, bool isNegated, IReadOnlyList<Constant> constants, IReadOnlyList<int> positions)
    {
        int column = Add(array, position, constants, positions);
        return _columns[column].Numbers is { } numbers
            ? NumberConditions.Contains(numbers.Spec.Dtype, column, isNegated, constants)
            : new TextMembership(column, isNegated, constants.Select(constant => constant.Text!));
    }

    private int Add(string array, int position, IReadOnlyList<Constant> constants, IReadOnlyList<int> positions)
    {
        ViewColumn column = ColumnFinder.FindScalar(source, array, text, position);
        if (column.Numbers?.Spec.Dtype.Kind == DtypeKind.Complex)
        {
            throw Mismatch($"The array {array} is complex, which has no order.", position, null);
        }

        for (int i = 0; i < constants.Count; i++)
        {
            if ((constants[i].Text is null) != (column.Numbers is not null))
            {
                throw column.Numbers is null
                    ? Mismatch($"The array {array} holds texts; {constants[i]} is a number.", positions[i], $"write '{constants[i]}'")
                    : Mismatch($"The array {array} holds numbers ({column.Numbers.Spec.Dtype}); {constants[i]} is a text.", positions[i], "write a number, without quotes");
            }
        }

        int at = _columns.FindIndex(known => known.Name == column.Name);
        if (at < 0)
        {
            at = _columns.Count;
            _columns.Add(column);
        }

        return at;
    }

    private ViewMismatchException Mismatch(string message, int position, string? suggestion) =>
        new(message) { Text = text, Position = position, Suggestion = suggestion };
}
