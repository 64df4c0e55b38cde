namespace Microtome.Datasets.Transforms.Operations;

/// <summary>One operation of a chain, its arguments checked as far as they can be without an array. Immutable.</summary>
/// <param name="position">Where it begins in the transform's text.</param>
internal abstract class Operation(int position)
{
    public int Position { get; } = position;

    /// <summary>Holds the operation against what reaches it, and leaves in <paramref name="binding"/> what comes out.</summary>
    /// <exception cref="TransformMismatchException">It does not fit the dtype or shape.</exception>
    /// <exception cref="TransformSyntaxException">A constant is zero or infinite in that dtype.</exception>
    public abstract void Bind(Binding binding);

    /// <summary>The canonical text.</summary>
    public abstract override string ToString();

    protected TransformMismatchException Mismatch(string message, string? suggestion = null) => new(message, ToString(), Position, suggestion);
}
