using System.Collections.Immutable;
using Microtome.Hdf5.Attributes;
using Microtome.Hdf5.Datatypes;
using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5;

/// <summary>A small named value beside an object: a scalar or an array of any type. Immutable; safe for concurrent use.</summary>
public sealed class Hdf5Attribute
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly Dataspace? _space;

    internal Hdf5Attribute(string name, FileContext context, Datatype type, Dataspace space, ReadOnlyMemory<byte> data)
    {
        Name = name;
        Context = context;
        _space = space;
        _data = data;
        Type = type;
        Shape = [.. space.Dims];
    }

    internal Hdf5Attribute(string name, string reason)
    {
        Name = name;
        Reason = reason;
        Shape = [];
    }

    public string Name { get; }

    /// <summary>Lengths by axis; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Lengths by axis of an array datatype, whose elements are lists in C order; empty for any other.</summary>
    public IReadOnlyList<long> ElementShape => Type is ArrayType array ? array.Dims : [];

    /// <summary>There is no value at all.</summary>
    public bool IsNull => _space is { IsNull: true };

    /// <summary>Elements.</summary>
    public long Count => _space?.Count ?? 0;

    /// <summary>The type in the file, in words; null where the attribute cannot be read.</summary>
    public string? DatatypeText => Type is null ? null : Datatypes.DatatypeText.Describe(Type);

    /// <summary>Why the attribute cannot be read; null where it can.</summary>
    public string? Reason { get; }

    internal FileContext? Context { get; }

    internal Datatype? Type { get; }

    /// <summary>The elements as stored.</summary>
    internal ReadOnlyMemory<byte> Data => _data;

    /// <summary>
    /// The first elements in C order: <see cref="bool"/>, <see cref="long"/>, <see cref="ulong"/>, <see cref="Half"/>,
    /// <see cref="float"/>, <see cref="double"/>, <see cref="Hdf5Text"/>, <see cref="Hdf5Opaque"/>, <see cref="Hdf5Reference"/>,
    /// <see cref="Hdf5RegionReference"/>, <see cref="Hdf5Record"/>; arrays, sequences and complex numbers as <c>object?[]</c> of these.
    /// </summary>
    /// <param name="limit">Elements to read at most.</param>
    /// <param name="maxValues">Values that these may hold in all, those in lists and compounds counted.</param>
    /// <exception cref="Hdf5FormatException">The attribute cannot be read, or holds more values than allowed.</exception>
    public IReadOnlyList<object?> ReadValues(long limit = 65536, long maxValues = 1 << 20)
    {
        if (Reason is not null || Type is null || Context is null)
            throw new Hdf5FormatException($"The attribute {Name} cannot be read: {Reason}");

        long count = Math.Min(limit, Count);
        ElementDecoder decoder = new(Context, maxValues);
        List<object?> values = [];
        for (long i = 0; i < count; i++)
            values.Add(decoder.Decode(Type, _data.Span.Slice((int)(i * Type.Size), Type.Size)));

        return values;
    }
}
