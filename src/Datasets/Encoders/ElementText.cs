using System.Globalization;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Encoders;

/// <summary>Elements as text: the shortest that reads back as the same value of the same dtype. Floats always look like floats.</summary>
internal static class ElementText
{
    /// <summary>Bytes that no element's text exceeds: two doubles with their signs, exponents and brackets.</summary>
    public const int MaxBytes = 80;

    /// <summary>Bytes that the text of an element of this dtype never exceeds, with the quotes or brackets that it may stand in.</summary>
    public static int MostBytes(Dtype dtype) => (dtype.Kind, dtype.SwapSize) switch
    {
        (DtypeKind.Text, _) => 2, // its quotes: what stands in them is counted as it is read
        (DtypeKind.Bool, _) => 5, // false
        (DtypeKind.Unsigned, 1) => 3,
        (DtypeKind.Signed, 1) => 4,
        (DtypeKind.Unsigned or DtypeKind.Signed, 2) => 6,
        (DtypeKind.Unsigned or DtypeKind.Signed, 4) => 11,
        (DtypeKind.Unsigned or DtypeKind.Signed, _) => 20,
        (DtypeKind.Complex, 4) => (2 * 16) + 3,
        (DtypeKind.Complex, _) => (2 * 26) + 3,
        (_, <= 4) => 16, // -0.000012345679
        _ => 26, // -2.2250738585072014E-308
    };

    /// <summary>Writes a real part; <paramref name="isFinite"/> is false for NaN and infinities, which are left to the caller.</summary>
    public static int Write(Dtype dtype, ReadOnlySpan<byte> element, Span<byte> text, out bool isFinite)
    {
        isFinite = true;
        switch (dtype.Kind, dtype.SwapSize)
        {
            case (DtypeKind.Bool, _):
                return Integer((byte)(element[0] == 0 ? 0 : 1), text);
            case (DtypeKind.Unsigned, 1):
                return Integer(element[0], text);
            case (DtypeKind.Unsigned, 2):
                return Integer(MemoryMarshal.Read<ushort>(element), text);
            case (DtypeKind.Unsigned, 4):
                return Integer(MemoryMarshal.Read<uint>(element), text);
            case (DtypeKind.Unsigned, _):
                return Integer(MemoryMarshal.Read<ulong>(element), text);
            case (DtypeKind.Signed, 1):
                return Integer((sbyte)element[0], text);
            case (DtypeKind.Signed, 2):
                return Integer(MemoryMarshal.Read<short>(element), text);
            case (DtypeKind.Signed, 4):
                return Integer(MemoryMarshal.Read<int>(element), text);
            case (DtypeKind.Signed, _):
                return Integer(MemoryMarshal.Read<long>(element), text);
            case (_, 2):
                Half half = MemoryMarshal.Read<Half>(element);
                isFinite = Half.IsFinite(half);
                return Real(half, text);
            case (_, 4):
                float single = MemoryMarshal.Read<float>(element);
                isFinite = float.IsFinite(single);
                return Real(single, text);
            default:
                double value = MemoryMarshal.Read<double>(element);
                isFinite = double.IsFinite(value);
                return Real(value, text);
        }
    }

    private static int Integer<T>(T value, Span<byte> text)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(text, out int written, default, CultureInfo.InvariantCulture);
        return written;
    }

    private static int Real<T>(T value, Span<byte> text)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(text, out int written, default, CultureInfo.InvariantCulture);
        if (text[..written].IndexOfAny(".EaI"u8) < 0)
        {
            ".0"u8.CopyTo(text[written..]);
            written += 2;
        }

        return written;
    }
}
