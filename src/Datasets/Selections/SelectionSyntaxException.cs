namespace Microtome.Datasets.Selections;

/// <summary>Text that is not the grammar of a selection. <c>Position</c> counts characters from 0.</summary>
public sealed class SelectionSyntaxException(string message, int position) : FormatException(message)
{
    public int Position { get; } = position;
}
