using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms.Operations;
using Microtome.Datasets.Transforms.Parsing;

namespace Microtome.Datasets.Transforms;

/// <summary>
/// A chain of operations on rows (<c>cast(f4)|div(255)</c>), parsed but not yet held against an array. Immutable. Two transforms
/// with the same canonical text are equal.
/// </summary>
public sealed class Transform : IEquatable<Transform>
{
    /// <summary>Operations in one chain: more than anyone needs, few enough that no chain is slow by itself.</summary>
    public const int MaxOperations = 16;

    private readonly Operation[] _operations;
    private readonly string _text;

    private Transform(Operation[] operations)
    {
        _operations = operations;
        _text = string.Join('|', operations.Select(operation => operation.ToString()));
    }

    /// <exception cref="TransformSyntaxException">The text is no transform; the exception says where and why.</exception>
    public static Transform Parse(string text) => new(new TransformParser(text).Parse());

    /// <summary>Holds the chain against rows of this dtype and shape (the array's, without axis 0). Costs little and allocates
    /// little, whatever the sizes: tables are made when the first row is transformed.</summary>
    /// <exception cref="TransformMismatchException">An operation does not fit the dtype or the shape that reach it.</exception>
    /// <exception cref="TransformSyntaxException">A constant is zero or infinite in the dtype that reaches it.</exception>
    public BoundTransform Bind(Dtype dtype, Shape row)
    {
        Binding binding = new(dtype, row);
        foreach (Operation operation in _operations)
        {
            operation.Bind(binding);
        }

        return binding.Finish();
    }

    public bool Equals(Transform? other) => other is not null && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as Transform);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text: no blanks, shortest numbers, named arguments in one order. It parses to an equal transform.</summary>
    public override string ToString() => _text;
}
