using System.Text;
using Microtome.Hdf5.Datatypes;
using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Attributes;

/// <summary>Parses the attribute message, versions 1 to 3 (specification IV.A.2.m).</summary>
internal static class AttributeMessage
{
    private const byte DatatypeIsShared = 1;
    private const byte DataspaceIsShared = 2;

    public static Hdf5Attribute Parse(FileContext context, ReadOnlyMemory<byte> body, HeaderReads reads)
    {
        Cursor cursor = new(body.Span, context.Sizes);
        byte version = cursor.Version("the attribute", 1, 3);
        byte flags = cursor.Byte();
        int nameBytes = cursor.UInt16();
        int typeBytes = cursor.UInt16();
        int spaceBytes = cursor.UInt16();
        if (version == 3)
            cursor.Skip(1); // the name's character set: read as UTF-8, of which ASCII is a part

        int padding = version == 1 ? 8 : 1;
        ReadOnlySpan<byte> nameField = cursor.Take(nameBytes);
        cursor.Align(padding, cursor.Position - nameBytes);
        int end = nameField.IndexOf((byte)0);
        string name = Encoding.UTF8.GetString(end < 0 ? nameField : nameField[..end]);
        ReadOnlySpan<byte> typeField = cursor.Take(typeBytes);
        cursor.Align(padding, cursor.Position - typeBytes);
        ReadOnlySpan<byte> spaceField = cursor.Take(spaceBytes);
        cursor.Align(padding, cursor.Position - spaceBytes);
        int dataAt = cursor.Position;

        // In version 1 the byte was reserved, but libhdf5 has flags there too.
        try
        {
            ReadOnlySpan<byte> typeBody = (flags & DatatypeIsShared) != 0
                ? SharedMessages.Resolve(context, MessageType.Datatype, typeField, reads).Span
                : typeField;
            ReadOnlySpan<byte> spaceBody = (flags & DataspaceIsShared) != 0
                ? SharedMessages.Resolve(context, MessageType.Dataspace, spaceField, reads).Span
                : spaceField;
            return Create(context, name, DatatypeParser.Parse(typeBody, context.Sizes), Dataspace.Parse(spaceBody, context.Sizes), body[dataAt..]);
        }
        catch (Hdf5FormatException exception)
        {
            return new(name, exception.Message);
        }
    }

    private static Hdf5Attribute Create(FileContext context, string name, Datatype type, Dataspace space, ReadOnlyMemory<byte> data)
    {
        if (space.Count > data.Length / type.Size)
            throw new Hdf5FormatException($"{space.Count} elements of {type.Size} bytes are not there in {data.Length} bytes.");

        return new(name, context, type, space, data[..(int)(space.Count * type.Size)]);
    }
}
