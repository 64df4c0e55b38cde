using System.Buffers.Binary;
using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Conversions;

/// <summary>Integers of odd sizes, precisions and bit offsets: the bits are taken out and sign-extended; padding bits are passed over.</summary>
internal sealed class IntegerConversion(IntegerType type, int nativeBytes) : ElementConversion(type.Size, nativeBytes)
{
    public override void Convert(ReadOnlySpan<byte> stored, Span<byte> native)
    {
        Span<byte> wide = stackalloc byte[8];
        int shift = 64 - type.Precision;
        while (!stored.IsEmpty)
        {
            wide.Clear();
            stored[..StoredBytes].CopyTo(wide);
            if (type.IsBigEndian)
                wide[..StoredBytes].Reverse();

            ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(wide) >> type.BitOffset << shift;
            ulong value = type.IsSigned ? (ulong)((long)bits >> shift) : bits >> shift;
            BinaryPrimitives.WriteUInt64LittleEndian(wide, value);
            wide[..NativeBytes].CopyTo(native);
            stored = stored[StoredBytes..];
            native = native[NativeBytes..];
        }
    }
}
