namespace Microtome.Datasets.Transforms;

/// <summary>The text of a transform is wrong whatever the array, or a constant in it is zero or infinite once rounded to the
/// array's dtype (400 <c>bad_transform</c>).</summary>
/// <param name="message">What is wrong, with the offending text.</param>
/// <param name="position">Where in the text, in characters from 0; the text's length where something is missing at its end.</param>
/// <param name="suggestion">What to write instead, as a phrase (<c>did you mean cast?</c>), or null.</param>
public sealed class TransformSyntaxException(string message, int position, string? suggestion = null) : FormatException(message)
{
    public int Position { get; } = position;

    public string? Suggestion { get; } = suggestion;
}
