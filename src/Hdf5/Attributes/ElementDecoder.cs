using System.Buffers.Binary;
using Microtome.Hdf5.Conversions;
using Microtome.Hdf5.Datatypes;
using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Attributes;

/// <summary>
/// Turns stored elements of any type into objects: integers into <see cref="long"/> or <see cref="ulong"/>, bool enumerations into
/// <see cref="bool"/>, floats into <see cref="Half"/>, <see cref="float"/> or <see cref="double"/>, texts into
/// <see cref="Hdf5Text"/>, compounds into <see cref="Hdf5Record"/>, complex numbers, arrays and sequences into lists. Variable-length data may be nested and
/// shared, so what one decoder produces is bounded. Not safe for concurrent use.
/// </summary>
internal sealed class ElementDecoder(FileContext context, long maxValues)
{
    private const int MaxDepth = 64;

    /// <summary>Long texts count for more than one value, since many elements may share one.</summary>
    public const int TextBytesPerValue = 16;

    private readonly GlobalHeap _heap = new(context);
    private readonly Dictionary<Datatype, (ElementConversion? Conversion, Hdf5ElementType? Type)> _numbers = new(ReferenceEqualityComparer.Instance);
    private long _left = maxValues;

    /// <exception cref="Hdf5FormatException">The file is damaged.</exception>
    /// <exception cref="Hdf5LimitException">There are more values than allowed.</exception>
    public object? Decode(Datatype type, ReadOnlySpan<byte> element) => Decode(type, element, 0);

    private object? Decode(Datatype type, ReadOnlySpan<byte> element, int depth)
    {
        Spend(1);
        if (depth > MaxDepth)
            throw new Hdf5LimitException("There are more values in each other than are read.");

        switch (type)
        {
            case StringType text:
                return new Hdf5Text(Unpad(element, text.Padding).ToArray());
            case VariableLengthType sequence:
                return DecodeSequence(sequence, element, depth);
            case ArrayType array:
                return DecodeList(array.Base, element, array.Size / array.Base.Size, depth);
            case ReferenceType reference:
                return DecodeReference(reference, element);
            case CompoundType when ServedElement.ComplexParts(type) is null:
                return DecodeCompound((CompoundType)type, element, depth);
            case CompoundType or ComplexType:
                (Datatype part, int offset, int stride) = ServedElement.ComplexParts(type) ?? throw new Hdf5FormatException("A complex number of no native type.");
                return new[] { Decode(part, element.Slice(offset, part.Size), depth + 1), Decode(part, element.Slice(offset + stride, part.Size), depth + 1) };
            default:
                return DecodeNumber(type, element);
        }
    }

    private object DecodeNumber(Datatype type, ReadOnlySpan<byte> element)
    {
        if (!_numbers.TryGetValue(type, out (ElementConversion? Conversion, Hdf5ElementType? Type) number))
        {
            number.Conversion = ElementConversion.Create(type, out number.Type, out _);
            _numbers.Add(type, number);
        }

        if (number.Conversion is null || number.Type is null)
            return new Hdf5Opaque(element.ToArray());

        Span<byte> native = stackalloc byte[8];
        native.Clear();
        number.Conversion.Convert(element, native[..number.Conversion.NativeBytes]);
        return (number.Type.Kind, number.Type.Bytes) switch
        {
            (Hdf5ElementKind.Bool, _) => native[0] != 0,
            (Hdf5ElementKind.Unsigned, _) => BinaryPrimitives.ReadUInt64LittleEndian(native),
            (Hdf5ElementKind.Signed, 1) => (long)(sbyte)native[0],
            (Hdf5ElementKind.Signed, 2) => (long)BinaryPrimitives.ReadInt16LittleEndian(native),
            (Hdf5ElementKind.Signed, 4) => (long)BinaryPrimitives.ReadInt32LittleEndian(native),
            (Hdf5ElementKind.Signed, _) => BinaryPrimitives.ReadInt64LittleEndian(native),
            (_, 2) => BinaryPrimitives.ReadHalfLittleEndian(native),
            (_, 4) => BinaryPrimitives.ReadSingleLittleEndian(native),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(native),
        };
    }

    private object? DecodeSequence(VariableLengthType type, ReadOnlySpan<byte> element, int depth)
    {
        Cursor cursor = new(element, context.Sizes);
        long length = cursor.UInt32();
        long address = cursor.Address();
        uint index = cursor.UInt32();

        // libhdf5 takes address 0 for a sequence that was never written, whatever its length says.
        length = address == 0 ? 0 : length;
        if (type.IsString)
            Spend(length / TextBytesPerValue);

        ReadOnlyMemory<byte> stored = length == 0 ? default : _heap.Read(address, index);
        if (length * type.Base.Size > stored.Length)
            throw new Hdf5FormatException($"A sequence of {length} elements has only {stored.Length} bytes.");

        if (!type.IsString)
            return DecodeList(type.Base, stored.Span, length, depth);

        ReadOnlySpan<byte> text = stored.Span[..(int)length];
        int end = text.IndexOf((byte)0);
        return new Hdf5Text(stored[..(end < 0 ? text.Length : end)].ToArray());
    }

    private object?[] DecodeList(Datatype type, ReadOnlySpan<byte> elements, long count, int depth)
    {
        Require(count);
        object?[] values = new object?[count];
        for (int i = 0; i < values.Length; i++)
            values[i] = Decode(type, elements.Slice(i * type.Size, type.Size), depth + 1);

        return values;
    }

    private void Spend(long values)
    {
        Require(values);
        _left -= values;
    }

    private void Require(long values)
    {
        if (values > _left)
            throw new Hdf5LimitException("There are more values than are read at once.");
    }

    private Hdf5Record DecodeCompound(CompoundType type, ReadOnlySpan<byte> element, int depth)
    {
        object?[] values = new object?[type.Members.Count];
        for (int i = 0; i < values.Length; i++)
        {
            CompoundMember member = type.Members[i];
            values[i] = Decode(member.Type, element.Slice(member.Offset, member.Type.Size), depth + 1);
        }

        return new(type.MemberNames, values);
    }

    private object DecodeReference(ReferenceType type, ReadOnlySpan<byte> element)
    {
        Cursor cursor = new(element, context.Sizes);
        switch (type.Kind)
        {
            case ReferenceKind.Object:
                return new Hdf5Reference(cursor.Address());
            case ReferenceKind.Region:
                // The heap holds the address of the array, then the selection (specification VIII, "Dataset region").
                long collection = cursor.Address();
                ReadOnlyMemory<byte> stored = _heap.Read(collection, cursor.UInt32());
                if (stored.IsEmpty)
                    return new Hdf5RegionReference(0, default);

                Cursor region = new(stored.Span, context.Sizes);
                long address = region.Address();
                return new Hdf5RegionReference(address, stored[region.Position..].ToArray());
            default:
                return new Hdf5Opaque(element.ToArray());
        }
    }

    private static ReadOnlySpan<byte> Unpad(ReadOnlySpan<byte> text, StringPadding padding)
    {
        switch (padding)
        {
            case StringPadding.NullTerminated:
                int end = text.IndexOf((byte)0);
                return end < 0 ? text : text[..end];
            case StringPadding.SpacePadded:
                // As with h5py: libhdf5 cuts the blanks, NumPy the NULs before them, and what blanks are left mean nothing either.
                return text.TrimEnd((byte)' ').TrimEnd((byte)0).TrimEnd((byte)' ');
            default:
                return text.TrimEnd((byte)0);
        }
    }
}
