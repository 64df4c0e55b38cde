using System.Globalization;

namespace Microtome.Datasets.Views.Conditions;

/// <summary>A constant of a condition: a finite number, kept exactly where it is whole, or a text. <c>ToString</c> is canonical.</summary>
internal sealed record Constant
{
    /// <summary>Whole doubles below this are whole numbers without a doubt.</summary>
    private const double ExactDoubles = 1L << 53;

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

        if (Int128.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 whole))
        {
            return new() { Whole = whole, Value = double.Parse(word, CultureInfo.InvariantCulture) };
        }

        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(word, style, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? Of(value) : null;
    }

    public override string ToString() =>
        Text is not null ? "'" + Text.Replace("'", "''", StringComparison.Ordinal) + "'"
        : Whole is { } whole ? whole.ToString(CultureInfo.InvariantCulture)
        : Value.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e", StringComparison.Ordinal).Replace('E', 'e');

    private static Constant Of(double value) => new()
    {
        Value = value,
        Whole = double.IsInteger(value) && Math.Abs(value) < ExactDoubles ? (Int128)value : null,
    };
}
