using System.Globalization;

namespace Microtome.Datasets.Views.Conditions;

/// <summary>A constant of a condition: a finite number, kept exactly where it is whole, or a text. <c>ToString</c> is canonical.</summary>
internal sealed record Constant
{
    /// <summary>Doubles below this (2^127) that are whole are whole numbers of 128 bits.</summary>
    private const double MostWhole = 170141183460469231731687303715884105728.0;

    private Constant()
    {
    }

    /// <summary>The text; null for a number.</summary>
    public string? Text { get; private init; }

    /// <summary>The number, if it is whole.</summary>
    public Int128? Whole { get; private init; }

    /// <summary>The number, rounded to the nearest double.</summary>
    public double Value { get; private init; }

    public static Constant OfText(string text) => new() { Text = text };

    /// <summary>Reads <c>3</c>, <c>-0.5</c>, <c>1e-3</c>, <c>true</c>; null where the word is none of them or not finite.</summary>
    public static Constant? TryParse(string word)
    {
        if (word is "true" or "false")
        {
            return Of(word == "true" ? 1 : 0);
        }

        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(word, style, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
        {
            return null;
        }

        return Int128.TryParse(word, style, CultureInfo.InvariantCulture, out Int128 whole) ? new() { Whole = whole, Value = value } : Of(value);
    }

    public override string ToString() =>
        Text is not null ? "'" + Text.Replace("'", "''", StringComparison.Ordinal) + "'"
        : Whole is { } whole ? whole.ToString(CultureInfo.InvariantCulture)
        : Value.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e", StringComparison.Ordinal).Replace('E', 'e');

    /// <summary>What is no whole number as it is written is the nearest double, and that may be one.</summary>
    private static Constant Of(double value) => new()
    {
        Value = value,
        Whole = double.IsInteger(value) && Math.Abs(value) < MostWhole ? (Int128)value : null,
    };
}
