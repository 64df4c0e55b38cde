using Microtome.Hdf5;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>
/// Attributes as JSON can say them: numbers as the format <c>json</c> writes them, axes as nested lists, compounds as objects, opaque
/// bytes in hexadecimal, and null for an empty one, a reference, and what cannot be read. Bounded, since a file may hold any number of
/// any size: of one that is large, or comes after many, <c>{shape, first}</c> is told, its first elements in C order. An instance reads
/// one object's.
/// </summary>
internal sealed class Hdf5Attributes
{
    /// <summary>More are not told: no array is described in so many words.</summary>
    private const int MaxAttributes = 4096;
    private const int MaxValues = 1024;

    /// <summary>Of all attributes of an object: what a file says in few bytes (one list, many times) may not take much memory.</summary>
    private const int MaxValuesOfObject = 16384;

    private const int TextLengthPerValue = 16;

    /// <summary>Axes, and types in types: together they stay below what writers and readers of JSON allow.</summary>
    private const int MaxDepth = 24;

    private long _left = MaxValuesOfObject;

    private Hdf5Attributes()
    {
    }

    public static IReadOnlyDictionary<string, object?> Read(Hdf5Object owner)
    {
        Dictionary<string, object?> attributes = [];
        Hdf5Attributes reader = new();
        try
        {
            foreach (Hdf5Attribute attribute in owner.ReadAttributes().Take(MaxAttributes))
            {
                attributes.TryAdd(attribute.Name, reader.ValueOf(attribute));
            }
        }
        catch (Hdf5FormatException)
        {
            // A damaged list of attributes is no reason not to serve the array.
        }

        return attributes.Count == 0 ? OpenedFile.NoAttributes : attributes;
    }

    private object? ValueOf(Hdf5Attribute attribute)
    {
        if (attribute.Reason is not null || attribute.IsNull)
        {
            return null;
        }

        try
        {
            long limit = Math.Min(MaxValues, Math.Max(0, _left));
            object?[] values = [.. attribute.ReadValues(limit, _left).Select(value => ElementOf(attribute, value))];
            return attribute.Count > limit || attribute.Shape.Length > MaxDepth
                ? new Dictionary<string, object?> { ["shape"] = attribute.Shape, ["first"] = values }
                : values.Length == 0 ? values : Nest(values, attribute.Shape.AsSpan());
        }
        catch (Hdf5FormatException)
        {
            return null;
        }
    }

    private object? ElementOf(Hdf5Attribute attribute, object? value)
    {
        object? plain = Plain(value, 0);
        return plain is object?[] items && attribute.ElementShape is { Count: > 0 and <= MaxDepth } shape ? Nest(items, shape.ToArray()) : plain;
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

    private object? Plain(object? value, int depth)
    {
        _left--;
        switch (value)
        {
            case Hdf5Text text:
                _left -= text.Bytes.Length / TextLengthPerValue;
                return text.ToString();
            case Hdf5Opaque opaque:
                _left -= opaque.Bytes.Length / TextLengthPerValue;
                return Convert.ToHexStringLower(opaque.Bytes.Span);
            case object?[] items when depth < MaxDepth:
                return items.Select(item => Plain(item, depth + 1)).ToArray();
            case Hdf5Record record when depth < MaxDepth:
                return ToMembers(record, depth + 1);
            case bool or long or ulong:
                return value;
            case Half half:
                return Real((double)half);
            case float single:
                return Real(single);
            case double number:
                return Real(number);
            default:
                return null;
        }
    }

    private Dictionary<string, object?> ToMembers(Hdf5Record record, int depth)
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
