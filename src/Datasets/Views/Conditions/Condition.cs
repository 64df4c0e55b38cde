using System.Text;

namespace Microtome.Datasets.Views.Conditions;

/// <summary>What <c>where</c> asks of each row, as parsed: immutable, not yet held against a dataset.</summary>
internal abstract class Condition
{
    /// <summary>Holds the condition against a dataset's arrays.</summary>
    /// <exception cref="Errors.ViewException">An array is not there, or cannot be compared so.</exception>
    public abstract BoundCondition Bind(ConditionBinding binding);

    /// <summary>Appends the canonical text; in parentheses where what is around it binds tighter.</summary>
    public abstract void AppendTo(StringBuilder text, Binding around);

    public override string ToString()
    {
        StringBuilder text = new();
        AppendTo(text, Binding.None);
        return text.ToString();
    }

    /// <summary>How tightly what is around a condition binds.</summary>
    public enum Binding
    {
        None,
        Or,
        And,
        Not,
    }
}

/// <summary>A condition over columns that are at hand: tests a block of rows.</summary>
internal abstract class BoundCondition
{
    /// <summary>Says of each row of the block whether it is kept.</summary>
    public abstract void Test(ColumnBlock block, Span<bool> kept);
}
