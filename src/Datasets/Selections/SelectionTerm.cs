using System.Collections.Immutable;

namespace Microtome.Datasets.Selections;

/// <summary>One term of a selection, as NumPy's basic indexing has them.</summary>
public abstract record SelectionTerm
{
    private SelectionTerm()
    {
    }

    /// <summary><c>5</c>, <c>-1</c>: one index; the axis is dropped.</summary>
    public sealed record Index(long Value) : SelectionTerm
    {
        public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary><c>start:stop:step</c>, each of which may be missing.</summary>
    public sealed record Slice(long? Start, long? Stop, long Step) : SelectionTerm
    {
        public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Start}:{Stop}:{Step}");
    }

    /// <summary><c>...</c>: as many whole axes as are left.</summary>
    public sealed record Ellipsis : SelectionTerm
    {
        public override string ToString() => "...";
    }

    /// <summary><c>[5,1,9]</c> or <c>(5,1,9)</c>, on axis 0 only: rows in any order, duplicates kept.</summary>
    public sealed record List(ImmutableArray<long> Values) : SelectionTerm
    {
        public override string ToString() => $"[{string.Join(",", Values)}]";
    }
}
