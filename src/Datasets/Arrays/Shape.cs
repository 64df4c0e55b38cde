using System.Collections.Immutable;

namespace Microtome.Datasets.Arrays;

/// <summary>
/// The lengths of an array's axes, in elements. Its product fits in a long, by construction, so that nothing behind it has to
/// check again. 0-d is the empty shape with one element.
/// </summary>
public sealed class Shape : IEquatable<Shape>
{
    /// <summary>HDF5 and NumPy both stop at 32 axes.</summary>
    public const int MaxRank = 32;

    public static readonly Shape Scalar = new([]);

    private readonly ImmutableArray<long> _lengths;
    private Shape? _row;

    /// <exception cref="ArgumentException">A negative length, more than 32 axes, or a product beyond 2^63-1.</exception>
    public Shape(params ReadOnlySpan<long> lengths)
    {
        if (!TryCount(lengths, out long count))
        {
            throw new ArgumentException($"({string.Join(",", lengths.ToArray())}) is no shape: at most {MaxRank} axes, none negative, product below 2^63.");
        }

        _lengths = [.. lengths];
        Count = count;
    }

    public ReadOnlySpan<long> Lengths => _lengths.AsSpan();

    public int Rank => _lengths.Length;

    /// <summary>Elements in all.</summary>
    public long Count { get; }

    /// <summary>Length of axis 0; a 0-d array has one row.</summary>
    public long Rows => Rank == 0 ? 1 : _lengths[0];

    public long this[int axis] => _lengths[axis];

    /// <summary>The shape of one row: every axis but the first. Made once: every request asks for it.</summary>
    public Shape Row => _row ??= Rank == 0 ? this : new(Lengths[1..]);

    /// <summary>This shape with another number of rows in front of it.</summary>
    /// <exception cref="ArgumentException">The product goes beyond 2^63-1.</exception>
    public Shape WithLeading(long rows) => new([rows, .. Lengths]);

    /// <summary>Whether these lengths make a shape, and their product. Zero-length axes make it 0 whatever the others are.</summary>
    public static bool TryCount(ReadOnlySpan<long> lengths, out long count)
    {
        count = lengths.Contains(0) ? 0 : 1;
        if (lengths.Length > MaxRank)
        {
            return false;
        }

        foreach (long length in lengths)
        {
            if (length < 0 || (count > 0 && long.MaxValue / count < length))
            {
                return false;
            }

            count *= length;
        }

        return true;
    }

    public bool Equals(Shape? other) => other is not null && Lengths.SequenceEqual(other.Lengths);

    public override bool Equals(object? obj) => Equals(obj as Shape);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (long length in _lengths)
        {
            hash.Add(length);
        }

        return hash.ToHashCode();
    }

    /// <summary><c>10,96,48</c>; empty for 0-d.</summary>
    public override string ToString() => string.Join(",", _lengths);
}
