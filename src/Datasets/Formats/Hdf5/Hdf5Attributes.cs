using Microtome.Hdf5;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>
/// Attributes as JSON can say them: numbers as the format <c>json</c> writes them, axes as nested lists, compounds as objects, opaque
/// bytes in hexadecimal, and null for an empty one, a reference, and what cannot be read. Bounded, since a file may hold any number of
/// any size: of a large one <c>{shape, first}</c> is told, its first elements in C order.
/// </summary>
internal static class Hdf5Attributes
{
    private const int MaxAttributes = 256;
    private const int MaxValues = 1024;

    /// <summary>Axes, and types in types: together they stay below what writers and readers of JSON allow.</summary>
    private const int MaxDepth = 24;

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
            object?[] values = [.. attribute.ReadValues(MaxValues).Select(value => Plain(value, 0))];
            return attribute.Count > MaxValues || attribute.Shape.Length > MaxDepth
                ? new Dictionary<string, object?> { ["shape"] = attribute.Shape, ["first"] = values }
                : values.Length == 0 ? values : Nest(values, attribute.Shape.AsSpan());
        }
        catch (Hdf5FormatException)
        {
            return null;
        }
    }

    /// <summary>Elements in C order as lists of lists, an axis each; the only one of a scalar as it is.</summary>
    private static object? Nest(ReadOnlySpan<object?> values, ReadOnlySpan<long> shape)
    {
        if (shape.IsEmpty)
        {
            return values[0];
        }

        object?[] items = new object?[shape[0]];
        int part = values.Length / items.Length;
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = Nest(values.Slice(i * part, part), shape[1..]);
        }

        return items;
    }

    private static object? Plain(object? value, int depth) => value switch
    {
        _ when depth > MaxDepth => null,
        Hdf5Text text => text.ToString(),
        bool or long or ulong => value,
        Half half => Real((double)half),
        float single => Real(single),
        double number => Real(number),
        object?[] items => items.Select(item => Plain(item, depth + 1)).ToArray(),
        Hdf5Record record => ToMembers(record, depth + 1),
        Hdf5Opaque opaque => Convert.ToHexStringLower(opaque.Bytes.Span),
        _ => null,
    };

    private static Dictionary<string, object?> ToMembers(Hdf5Record record, int depth)
    {
        Dictionary<string, object?> members = [];
        foreach ((string name, object? value) in record.Names.Zip(record.Values))
        {
            members.TryAdd(name, Plain(value, depth));
        }

        return members;
    }

    /// <summary>JSON has no words for them.</summary>
    private static object Real(double value) => double.IsFinite(value) ? value
        : double.IsNaN(value) ? "NaN"
        : value > 0 ? "Infinity" : "-Infinity";
}
