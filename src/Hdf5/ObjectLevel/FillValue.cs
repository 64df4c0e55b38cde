using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>What elements that were never written read as (specification IV.A.2.e and f).</summary>
/// <param name="Bytes">One element in the file's datatype; empty for zeros.</param>
/// <param name="IsUndefined">There is no fill value: an array that was never allocated cannot be read.</param>
internal sealed record FillValue(ReadOnlyMemory<byte> Bytes, bool IsUndefined)
{
    private const int WriteNever = 1;

    /// <summary>It is not of the element's size: what was written can be read, what was not cannot.</summary>
    public bool IsMisfit { get; private init; }

    public static readonly FillValue Zeros = new(default, false);

    /// <summary>The rules of libhdf5: the newer message wins; without one the fill value is zero; one that is never written is not read either.</summary>
    public static FillValue Read(ObjectHeader header, int elementBytes)
    {
        FillValue value = Zeros;
        if (header.TryGetBody(MessageType.FillValue, out ReadOnlyMemory<byte> body))
            value = Parse(body, header.Context.Sizes);
        else if (header.TryGetBody(MessageType.FillValueOld, out body))
            value = ParseOld(body, header.Context.Sizes);

        return value.Bytes.Length == 0 || value.Bytes.Length == elementBytes ? value : value with { IsMisfit = true };
    }

    private static FillValue Parse(ReadOnlyMemory<byte> body, FieldSizes sizes)
    {
        Cursor cursor = new(body.Span, sizes);
        byte version = cursor.Version("the fill value", 1, 3);
        bool isDefined;
        bool hasValue;
        int writeTime;
        if (version < 3)
        {
            cursor.Skip(1); // when space is allocated
            writeTime = cursor.Byte();
            isDefined = cursor.Byte() != 0;
            hasValue = isDefined;
        }
        else
        {
            byte flags = cursor.Byte();
            writeTime = (flags >> 2) & 0b11;
            isDefined = (flags & 0x10) == 0;
            hasValue = (flags & 0x20) != 0;
        }

        // libhdf5 leaves the reader's buffer as it is where filling is never done; h5py's buffer is zeros.
        if (!isDefined || !hasValue)
            return new(default, !isDefined && writeTime != WriteNever);

        ReadOnlyMemory<byte> value = TakeValue(body, ref cursor);
        return writeTime == WriteNever ? Zeros : new(value, false);
    }

    private static FillValue ParseOld(ReadOnlyMemory<byte> body, FieldSizes sizes)
    {
        Cursor cursor = new(body.Span, sizes);
        ReadOnlyMemory<byte> value = TakeValue(body, ref cursor);
        return new(value, value.IsEmpty);
    }

    private static ReadOnlyMemory<byte> TakeValue(ReadOnlyMemory<byte> body, ref Cursor cursor)
    {
        int length = (int)Math.Min(cursor.UInt32(), int.MaxValue);
        int at = cursor.Position;
        cursor.Skip(length);
        return body.Slice(at, length);
    }
}
