using System.Text;
using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Groups;

internal enum LinkKind
{
    Hard,
    Soft,
    External,
    Other,
}

/// <summary>One name in a group (specification IV.A.2.g). <c>Address</c> is a hard link's object header, <c>Target</c> a soft link's path or an external link's file.</summary>
internal sealed record Link(string Name, LinkKind Kind, long Address, string? Target)
{
    private const int SoftType = 1;
    private const int ExternalType = 64;

    public static string Text(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    public static Link Parse(ReadOnlySpan<byte> body, FieldSizes sizes)
    {
        Cursor cursor = new(body, sizes);
        cursor.Version("the link", 1, 1);
        byte flags = cursor.Byte();
        int type = (flags & 0x08) != 0 ? cursor.Byte() : 0;
        if ((flags & 0x04) != 0)
            cursor.Skip(8); // creation order

        if ((flags & 0x10) != 0)
            cursor.Skip(1); // character set: read as UTF-8, of which ASCII is a part

        string name = Text(cursor.Take(cursor.Length(1 << (flags & 0x03))));
        if (type == 0)
            return new(name, LinkKind.Hard, cursor.Address(), null);

        ReadOnlySpan<byte> value = cursor.Take(cursor.UInt16());
        return type switch
        {
            SoftType => new(name, LinkKind.Soft, Cursor.Undefined, Text(value)),
            ExternalType => new(name, LinkKind.External, Cursor.Undefined, ExternalFile(value)),
            _ => new(name, LinkKind.Other, Cursor.Undefined, null),
        };
    }

    private static string ExternalFile(ReadOnlySpan<byte> value)
    {
        value = value.IsEmpty ? value : value[1..]; // version and flags
        int end = value.IndexOf((byte)0);
        return Text(end < 0 ? value : value[..end]);
    }
}
