using System.Globalization;

namespace Microtome.Datasets.Transforms.Parsing;

/// <summary>A finite constant as written (<c>255</c>, <c>-1e-3</c>), read as Python reads a float.</summary>
internal readonly record struct Number(double Value, int Position)
{
    /// <exception cref="TransformSyntaxException">No number, or not a finite one.</exception>
    public static Number Parse(Argument argument)
    {
        if (argument.Text.Length == 0)
        {
            throw new TransformSyntaxException("A number is missing.", argument.Position);
        }

        if (!double.TryParse(argument.Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value))
        {
            throw new TransformSyntaxException($"'{Shown(argument.Text)}' is no number.", argument.Position, "write one like 255, 0.5 or 1e-3");
        }

        if (!double.IsFinite(value))
        {
            throw new TransformSyntaxException($"'{Shown(argument.Text)}' is not finite.", argument.Position, "constants must be finite numbers");
        }

        return new(value, argument.Position);
    }

    /// <summary>A number that divides.</summary>
    /// <exception cref="TransformSyntaxException">Zero, or as <see cref="Parse"/>.</exception>
    public static Number ParseDivisor(Argument argument, string role)
    {
        Number number = Parse(argument);
        if (number.Value == 0)
        {
            throw new TransformSyntaxException($"{role} is zero.", argument.Position, "divide by something else");
        }

        return number;
    }

    /// <summary>The shortest text that reads back the same, without <c>+</c>, which means a blank in a URL.</summary>
    public override string ToString() => Value.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e", StringComparison.Ordinal).Replace('E', 'e');

    public static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
