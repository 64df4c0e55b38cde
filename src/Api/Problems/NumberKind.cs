using System.Globalization;
using System.Numerics;

namespace Microtome.Api.Problems;

/// <summary>What texts are numbers of one of the types that parameters have.</summary>
internal sealed class NumberKind
{
    private static readonly NumberKind UInt64 = Make<ulong>("a whole number from 0 to 18446744073709551615");
    private static readonly NumberKind Int64 = Make<long>("a whole number");
    private static readonly NumberKind Int32 = Make<int>("a whole number below 2147483648");

    private readonly string _description;
    private readonly Func<string, bool> _takes;

    private NumberKind(string description, Func<string, bool> takes)
    {
        _description = description;
        _takes = takes;
    }

    /// <summary>The kind of a parameter's type, which may be nullable; null where it is no number.</summary>
    public static NumberKind? Of(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            Type number when number == typeof(ulong) => UInt64,
            Type number when number == typeof(long) => Int64,
            Type number when number == typeof(int) => Int32,
            _ => null,
        };

    /// <exception cref="ProblemException">400: the text is no such number.</exception>
    public void Check(string parameter, string text)
    {
        if (!_takes(text))
        {
            throw ProblemException.Bad(parameter, text, $"'{text}' is no value of {parameter}, which is {_description}.");
        }
    }

    private static NumberKind Make<T>(string description)
        where T : IBinaryInteger<T> => new(description, text => T.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _));
}
