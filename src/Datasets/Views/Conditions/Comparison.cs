namespace Microtome.Datasets.Views.Conditions;

/// <summary>How a value is held against a constant.</summary>
internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

internal static class Comparisons
{
    /// <summary>Every operator as it is written; longer ones before those that begin them.</summary>
    public static readonly (string Symbol, Comparison Comparison)[] Symbols =
    [
        ("==", Comparison.Equal), ("!=", Comparison.NotEqual), ("<=", Comparison.LessOrEqual), (">=", Comparison.GreaterOrEqual), ("<", Comparison.Less), (">", Comparison.Greater),
    ];

    public static string Symbol(Comparison comparison) => Array.Find(Symbols, entry => entry.Comparison == comparison).Symbol;

    /// <summary>The same with its sides exchanged: <c>3 &lt; y</c> is <c>y &gt; 3</c>.</summary>
    public static Comparison Mirror(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };

    /// <summary>What the comparison says of a value that sorts so (as <c>CompareTo</c> does) against the constant.</summary>
    public static bool Holds(Comparison comparison, int order) => comparison switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };
}
