using Microtome.Hdf5;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>Attributes as JSON can say them; bounded, since a file may hold any number of any size.</summary>
internal static class Hdf5Attributes
{
    private const int MaxAttributes = 256;
    private const int MaxValues = 1024;

    public static IReadOnlyDictionary<string, object?> Read(Hdf5Object owner)
    {
        Dictionary<string, object?>? attributes = null;
        try
        {
            foreach (Hdf5Attribute attribute in owner.ReadAttributes().Take(MaxAttributes))
            {
                (attributes ??= []).TryAdd(attribute.Name, ValueOf(attribute));
            }
        }
        catch (Hdf5FormatException)
        {
            // What was read so far stands: a damaged list of attributes is no reason not to serve the array.
        }

        return attributes ?? OpenedFile.NoAttributes;
    }

    private static object? ValueOf(Hdf5Attribute attribute)
    {
        if (attribute.Reason is not null || attribute.IsNull)
        {
            return null;
        }

        try
        {
            IReadOnlyList<object?> values = attribute.ReadValues(MaxValues);
            return attribute.Shape.IsEmpty && values is [var only] ? Plain(only) : values.Select(Plain).ToArray();
        }
        catch (Hdf5FormatException)
        {
            return null;
        }
    }

    private static object? Plain(object? value) => value switch
    {
        Hdf5Text text => text.ToString(),
        bool or long or ulong => value,
        Half half => Real((double)half),
        float single => Real(single),
        double number => Real(number),
        object?[] items => items.Select(Plain).ToArray(),
        Hdf5Opaque opaque => Convert.ToHexStringLower(opaque.Bytes.Span),
        _ => null,
    };

    /// <summary>JSON has no words for them.</summary>
    private static object Real(double value) => double.IsFinite(value) ? value
        : double.IsNaN(value) ? "NaN"
        : value > 0 ? "Infinity" : "-Infinity";
}
