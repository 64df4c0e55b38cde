using Microtome.Hdf5.Attributes;
using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5;

/// <summary>
/// Something that a path in a file leads to. Immutable; safe for concurrent use. The object header is not kept, since a file may
/// hold a great many: it is read again for the attributes.
/// </summary>
public abstract class Hdf5Object
{
    private readonly FileContext? _context;
    private readonly long _address;

    private protected Hdf5Object(string path, IReadOnlyList<string> aliases, ObjectHeader? header)
    {
        Path = path;
        Aliases = aliases;
        _context = header?.Context;
        _address = header?.Address ?? -1;
    }

    /// <summary>The first of its paths in name order, from "/".</summary>
    public string Path { get; }

    /// <summary>Its other paths through hard and soft links (at most 255 are listed).</summary>
    public IReadOnlyList<string> Aliases { get; }

    /// <summary>Reads the object's attributes, in name order. One that cannot be read is among them, with its reason.</summary>
    /// <exception cref="Hdf5FormatException">The object's header or its list of attributes is damaged.</exception>
    public virtual IReadOnlyList<Hdf5Attribute> ReadAttributes() =>
        _context is null ? [] : AttributeReader.Read(_context, _address);
}

/// <summary>A group: it holds other objects by name, and attributes.</summary>
public sealed class Hdf5Group : Hdf5Object
{
    internal Hdf5Group(string path, IReadOnlyList<string> aliases, ObjectHeader header, string? reason)
        : base(path, aliases, header)
    {
        Reason = reason;
    }

    /// <summary>Why the group's links could not be read; null where they could.</summary>
    public string? Reason { get; }
}

/// <summary>A datatype stored under a name of its own.</summary>
public sealed class Hdf5NamedDatatype : Hdf5Object
{
    internal Hdf5NamedDatatype(string path, IReadOnlyList<string> aliases, ObjectHeader header)
        : base(path, aliases, header)
    {
    }
}

/// <summary>A path that leads to nothing that can be read: a damaged object, an external or dangling link.</summary>
public sealed class Hdf5Unreadable : Hdf5Object
{
    internal Hdf5Unreadable(string path, IReadOnlyList<string> aliases, string reason)
        : base(path, aliases, null)
    {
        Reason = reason;
    }

    public string Reason { get; }
}
