namespace Microtome.Datasets.Views.Conditions;

/// <summary>Texts against a constant, in the order of their code points, as NumPy and Python compare them.</summary>
internal sealed class TextComparison(int column, Comparison comparison, string constant) : BoundCondition
{
    public override void Test(ColumnBlock block, Span<bool> kept)
    {
        ReadOnlySpan<string> texts = block.Texts(column);
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = comparison is Comparison.Equal or Comparison.NotEqual
                ? string.Equals(texts[i], constant, StringComparison.Ordinal) == (comparison == Comparison.Equal)
                : Comparisons.Holds(comparison, CodePointOrder.Compare(texts[i], constant));
        }
    }
}

/// <summary>Texts in a list, or not in it.</summary>
internal sealed class TextMembership(int column, bool isNegated, IEnumerable<string> members) : BoundCondition
{
    private readonly HashSet<string> _members = new(members, StringComparer.Ordinal);

    public override void Test(ColumnBlock block, Span<bool> kept)
    {
        ReadOnlySpan<string> texts = block.Texts(column);
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = _members.Contains(texts[i]) != isNegated;
        }
    }
}

/// <summary>The order of texts by code point. UTF-16 agrees with it but for surrogates, which stand for more than any other unit.</summary>
internal static class CodePointOrder
{
    public static int Compare(string one, string other)
    {
        int common = one.AsSpan().CommonPrefixLength(other);
        if (common == one.Length || common == other.Length)
        {
            return one.Length.CompareTo(other.Length);
        }

        (char a, char b) = (one[common], other[common]);
        return char.IsSurrogate(a) != char.IsSurrogate(b) ? (char.IsSurrogate(a) ? 1 : -1) : a.CompareTo(b);
    }
}
