namespace Microtome.Datasets.Transforms;

/// <summary>A well-formed transform that does not fit the array's dtype or shape (422 <c>does_not_apply</c>).</summary>
/// <param name="message">Why not, with the dtype or shape.</param>
/// <param name="operation">The canonical text of the operation that does not fit.</param>
/// <param name="position">Where that operation begins in the transform's text, in characters from 0.</param>
/// <param name="suggestion">What to do, as a phrase (<c>use cast(f4) first</c>), or null.</param>
public sealed class TransformMismatchException(string message, string operation, int position, string? suggestion = null)
    : InvalidOperationException(message)
{
    public string Operation { get; } = operation;

    public int Position { get; } = position;

    public string? Suggestion { get; } = suggestion;
}
