using System.Numerics;
using System.Text;
using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Datatypes;

/// <summary>Parses the datatype message, versions 1 to 5 (specification IV.A.2.d). Nesting and member counts are bounded.</summary>
internal static class DatatypeParser
{
    private const int MaxDepth = 32;

    private enum TypeClass
    {
        FixedPoint = 0,
        FloatingPoint = 1,
        Time = 2,
        String = 3,
        BitField = 4,
        Opaque = 5,
        Compound = 6,
        Reference = 7,
        Enumeration = 8,
        VariableLength = 9,
        Array = 10,
        Complex = 11,
    }

    public static Datatype Parse(ReadOnlySpan<byte> body, FieldSizes sizes)
    {
        Cursor cursor = new(body, sizes);
        return Parse(ref cursor, 0);
    }

    private static Datatype Parse(ref Cursor cursor, int depth)
    {
        if (depth > MaxDepth)
            throw new Hdf5FormatException($"A datatype is nested more than {MaxDepth} deep.");

        byte first = cursor.Byte();
        int version = first >> 4;
        if (version is < 1 or > 5)
            throw new Hdf5FormatException($"Version {version} of the datatype is unknown.");

        int bits = (int)cursor.Unsigned(3);
        uint size = cursor.UInt32();
        if (size is 0 or > int.MaxValue)
            throw new Hdf5FormatException($"Elements of {size} bytes are not supported.");

        var kind = (TypeClass)(first & 0x0f);
        return kind switch
        {
            TypeClass.FixedPoint => ParseInteger(ref cursor, (int)size, bits, isBitField: false),
            TypeClass.BitField => ParseInteger(ref cursor, (int)size, bits, isBitField: true),
            TypeClass.FloatingPoint => ParseFloat(ref cursor, (int)size, bits),
            TypeClass.Time => ParseTime(ref cursor, (int)size),
            TypeClass.String => new StringType((int)size, (StringPadding)(bits & 0x0f), ((bits >> 4) & 0x0f) == 1),
            TypeClass.Opaque => new OpaqueType((int)size, ParseTag(ref cursor, bits)),
            TypeClass.Compound => ParseCompound(ref cursor, (int)size, bits, version, depth),
            TypeClass.Reference => new ReferenceType((int)size, (ReferenceKind)Math.Min(bits & 0x0f, (int)ReferenceKind.Other)),
            TypeClass.Enumeration => ParseEnum(ref cursor, (int)size, bits, version, depth),
            TypeClass.VariableLength => ParseVariableLength(ref cursor, (int)size, bits, depth),
            TypeClass.Array => ParseArray(ref cursor, (int)size, version, depth),
            TypeClass.Complex => ParseComplex(ref cursor, (int)size, depth),
            _ => throw new Hdf5FormatException($"Datatype class {(int)kind} is unknown."),
        };
    }

    private static IntegerType ParseInteger(ref Cursor cursor, int size, int bits, bool isBitField)
    {
        int offset = cursor.UInt16();
        int precision = cursor.UInt16();
        CheckBits(offset, precision, size);
        return new(size, (bits & 1) != 0, !isBitField && (bits & 8) != 0, offset, precision, isBitField);
    }

    private static FloatType ParseFloat(ref Cursor cursor, int size, int bits)
    {
        int offset = cursor.UInt16();
        int precision = cursor.UInt16();
        int exponentAt = cursor.Byte();
        int exponentBits = cursor.Byte();
        int mantissaAt = cursor.Byte();
        int mantissaBits = cursor.Byte();
        uint bias = cursor.UInt32();
        int signAt = (bits >> 8) & 0xff;
        CheckBits(offset, precision, size);
        CheckBits(exponentAt, exponentBits, size);
        CheckBits(mantissaAt, mantissaBits, size);
        CheckBits(signAt, 1, size);
        FloatOrder order = (bits & 0x41) switch
        {
            0 => FloatOrder.LittleEndian,
            1 => FloatOrder.BigEndian,
            _ => FloatOrder.Vax,
        };
        var normalization = (FloatNormalization)((bits >> 4) & 0b11);
        return new(size, order, signAt, exponentAt, exponentBits, mantissaAt, mantissaBits, bias, normalization);
    }

    private static void CheckBits(int at, int count, int size)
    {
        if (count == 0 || at + count > 8L * size)
            throw new Hdf5FormatException($"{count} bits from bit {at} do not lie in an element of {size} bytes.");
    }

    private static TimeType ParseTime(ref Cursor cursor, int size)
    {
        cursor.Skip(2);
        return new(size);
    }

    private static string ParseTag(ref Cursor cursor, int bits)
    {
        ReadOnlySpan<byte> tag = cursor.Take(bits & 0xff);
        int end = tag.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? tag : tag[..end]);
    }

    private static CompoundType ParseCompound(ref Cursor cursor, int size, int bits, int version, int depth)
    {
        int count = bits & 0xffff;
        List<CompoundMember> members = [];
        for (int i = 0; i < count; i++)
        {
            string name = ParseName(ref cursor, version);
            long offset = version >= 3 ? cursor.Length((BitOperations.Log2((uint)size) / 8) + 1) : cursor.UInt32();
            long[]? dims = version == 1 ? ParseOldDims(ref cursor) : null;
            Datatype type = Parse(ref cursor, depth + 1);
            if (dims is { Length: > 0 })
                type = NewArray(dims, type, null);

            if (offset > size - type.Size)
                throw new Hdf5FormatException($"Member {name} does not lie in its compound of {size} bytes.");

            members.Add(new(name, (int)offset, type));
        }

        return new(size, members);
    }

    /// <summary>Version 1 gave each member up to four dimensions of its own.</summary>
    private static long[] ParseOldDims(ref Cursor cursor)
    {
        int rank = cursor.Byte();
        cursor.Skip(3 + 4 + 4);
        long[] dims = [cursor.UInt32(), cursor.UInt32(), cursor.UInt32(), cursor.UInt32()];
        return rank <= dims.Length ? dims[..rank] : throw new Hdf5FormatException($"A compound member of {rank} axes cannot be.");
    }

    private static string ParseName(ref Cursor cursor, int version)
    {
        int start = cursor.Position;
        string name = Encoding.UTF8.GetString(cursor.NullTerminated());
        if (version < 3)
            cursor.Align(8, start);

        return name;
    }

    private static EnumType ParseEnum(ref Cursor cursor, int size, int bits, int version, int depth)
    {
        int count = bits & 0xffff;
        Datatype baseType = Parse(ref cursor, depth + 1);
        if (baseType.Size != size)
            throw new Hdf5FormatException($"An enumeration of {size} bytes has a base type of {baseType.Size}.");

        List<string> names = [];
        for (int i = 0; i < count; i++)
            names.Add(ParseName(ref cursor, version));

        return new(size, baseType, names, cursor.Take((long)count * size).ToArray());
    }

    private static VariableLengthType ParseVariableLength(ref Cursor cursor, int size, int bits, int depth)
    {
        // A sequence's length, and where it lies in the global heap.
        if (size != 4 + cursor.Sizes.Offset + 4)
            throw new Hdf5FormatException($"A variable-length element of {size} bytes cannot be.");

        return new(size, (bits & 0x0f) == 1, ((bits >> 8) & 0x0f) == 1, Parse(ref cursor, depth + 1));
    }

    private static ArrayType ParseArray(ref Cursor cursor, int size, int version, int depth)
    {
        int rank = cursor.Byte();
        if (rank is 0 or > Dataspace.MaxRank)
            throw new Hdf5FormatException($"An array datatype of {rank} axes cannot be.");

        if (version < 3)
            cursor.Skip(3);

        long[] dims = new long[rank];
        for (int axis = 0; axis < rank; axis++)
            dims[axis] = cursor.UInt32();

        if (version < 3)
            cursor.Skip(4L * rank); // permutation, never used

        return NewArray(dims, Parse(ref cursor, depth + 1), size);
    }

    private static ArrayType NewArray(long[] dims, Datatype baseType, int? size)
    {
        long bytes = Dataspace.CheckedProduct([.. dims, baseType.Size]);
        if (bytes is 0 or > int.MaxValue || bytes != (size ?? bytes))
            throw new Hdf5FormatException($"An array datatype of {bytes} bytes does not fit its element.");

        return new((int)bytes, dims, baseType);
    }

    private static ComplexType ParseComplex(ref Cursor cursor, int size, int depth)
    {
        Datatype baseType = Parse(ref cursor, depth + 1);
        if (baseType.Size * 2L != size)
            throw new Hdf5FormatException($"A complex number of {size} bytes cannot have parts of {baseType.Size}.");

        return new(size, baseType);
    }
}
