using System.Buffers.Binary;
using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Conversions;

/// <summary>
/// Floating-point numbers of other fields than IEEE's (bfloat16 above all), into a native type that holds each of them exactly.
/// As in libhdf5, all exponent bits set is infinity or NaN, and a NaN comes out with all mantissa bits set.
/// </summary>
internal sealed class FloatConversion(FloatType type, int nativeBytes) : ElementConversion(type.Size, nativeBytes)
{
    public override void Convert(ReadOnlySpan<byte> stored, Span<byte> native)
    {
        Span<byte> wide = stackalloc byte[8];
        while (!stored.IsEmpty)
        {
            wide.Clear();
            stored[..StoredBytes].CopyTo(wide);
            if (type.Order == FloatOrder.BigEndian)
                wide[..StoredBytes].Reverse();

            Write(native, BinaryPrimitives.ReadUInt64LittleEndian(wide));
            stored = stored[StoredBytes..];
            native = native[NativeBytes..];
        }
    }

    private static ulong Field(ulong bits, int at, int count) => (bits >> at) & (ulong.MaxValue >> (64 - count));

    private void Write(Span<byte> native, ulong bits)
    {
        bool isNegative = Field(bits, type.SignAt, 1) != 0;
        ulong exponent = Field(bits, type.ExponentAt, type.ExponentBits);
        ulong mantissa = Field(bits, type.MantissaAt, type.MantissaBits);
        ulong highest = ulong.MaxValue >> (64 - type.ExponentBits);
        double value;
        if (exponent == highest)
        {
            if (mantissa != 0)
            {
                WriteNaN(native, isNegative);
                return;
            }

            value = double.PositiveInfinity;
        }
        else
        {
            // Below the normal numbers the exponent is that of the smallest of them, without the leading 1.
            ulong whole = exponent == 0 ? mantissa : mantissa | (1UL << type.MantissaBits);
            int power = (int)((long)Math.Max(exponent, 1) - type.Bias) - type.MantissaBits;
            value = Math.ScaleB(whole, power);
        }

        value = isNegative ? -value : value;
        switch (NativeBytes)
        {
            case 2:
                BinaryPrimitives.WriteHalfLittleEndian(native, (Half)value);
                break;
            case 4:
                BinaryPrimitives.WriteSingleLittleEndian(native, (float)value);
                break;
            default:
                BinaryPrimitives.WriteDoubleLittleEndian(native, value);
                break;
        }
    }

    private void WriteNaN(Span<byte> native, bool isNegative)
    {
        native[..NativeBytes].Fill(0xff);
        if (!isNegative)
            native[NativeBytes - 1] = 0x7f;
    }
}
