using System.Buffers.Binary;

namespace Microtome.Hdf5.FileLevel;

/// <summary>Reads one metadata structure field by field. Going past its end is a typed error, so parsers need no checks of their own.</summary>
internal ref struct Cursor(ReadOnlySpan<byte> bytes, FieldSizes sizes)
{
    /// <summary>The "undefined address" (all bits set, whatever the size of offsets).</summary>
    public const long Undefined = -1;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public readonly FieldSizes Sizes { get; } = sizes;

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > Remaining)
            throw new Hdf5FormatException($"A structure of {_bytes.Length} bytes ends before {count} more bytes at {Position}.");

        ReadOnlySpan<byte> taken = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    public void Skip(long count) => Take(count);

    /// <summary>Moves on to the next multiple of <paramref name="alignment"/>, counted from <paramref name="origin"/>.</summary>
    public void Align(int alignment, int origin)
    {
        int over = (Position - origin) % alignment;
        if (over != 0)
            Skip(alignment - over);
    }

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A little-endian unsigned integer of 0 to 8 bytes.</summary>
    public ulong Unsigned(int size)
    {
        ReadOnlySpan<byte> field = Take(size);
        ulong value = 0;
        for (int i = field.Length - 1; i >= 0; i--)
            value = (value << 8) | field[i];

        return value;
    }

    /// <summary>A file address relative to the superblock, or <see cref="Undefined"/>.</summary>
    public long Address()
    {
        ulong value = Unsigned(Sizes.Offset);
        if (value == ulong.MaxValue >> (64 - (8 * Sizes.Offset)))
            return Undefined;

        return value <= long.MaxValue ? (long)value : throw new Hdf5FormatException($"Address {value} lies beyond any file.");
    }

    /// <summary>A length or count in the file's "size of lengths".</summary>
    public long Length() => NonNegative(Unsigned(Sizes.Length));

    /// <summary>A length or count of <paramref name="size"/> bytes.</summary>
    public long Length(int size) => NonNegative(Unsigned(size));

    public void Signature(ReadOnlySpan<byte> expected)
    {
        if (!Take(expected.Length).SequenceEqual(expected))
            throw new Hdf5FormatException($"No {System.Text.Encoding.ASCII.GetString(expected)} signature where one must be.");
    }

    /// <summary>A version byte that must be one the format defines.</summary>
    public byte Version(string structure, byte lowest, byte highest)
    {
        byte version = Byte();
        return version >= lowest && version <= highest
            ? version
            : throw new Hdf5FormatException($"Version {version} of {structure} is unknown.");
    }

    /// <summary>A name ended by a NUL (which is passed over), without it.</summary>
    public ReadOnlySpan<byte> NullTerminated()
    {
        int length = _bytes[Position..].IndexOf((byte)0);
        if (length < 0)
            throw new Hdf5FormatException("A name has no end.");

        ReadOnlySpan<byte> name = Take(length);
        Skip(1);
        return name;
    }

    private static long NonNegative(ulong value) =>
        value <= long.MaxValue ? (long)value : throw new Hdf5FormatException($"Length {value} is beyond any file.");
}
