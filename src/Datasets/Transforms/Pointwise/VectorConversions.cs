using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microtome.Datasets.Transforms.Pointwise;

internal readonly struct ByteToSingle : IVectorConversion<byte, float>
{
    public static int Width => Vector<byte>.Count;

    public static void Convert(ref byte from, ref float to, nuint at)
    {
        Vector.Widen(Vector.LoadUnsafe(ref from, at), out Vector<ushort> lower, out Vector<ushort> upper);
        UInt16ToSingle.Store(lower, ref to, at);
        UInt16ToSingle.Store(upper, ref to, at + (nuint)Vector<ushort>.Count);
    }

    public static float Convert(byte value) => value;
}

internal readonly struct ByteToHalf : IVectorConversion<byte, ushort>
{
    public static int Width => Vector<byte>.Count;

    public static void Convert(ref byte from, ref ushort to, nuint at)
    {
        Vector.Widen(Vector.LoadUnsafe(ref from, at), out Vector<ushort> lower, out Vector<ushort> upper);
        Narrow(lower).StoreUnsafe(ref to, at);
        Narrow(upper).StoreUnsafe(ref to, at + (nuint)Vector<ushort>.Count);
    }

    public static ushort Convert(byte value) => HalfBits.FromSingle(value);

    private static Vector<ushort> Narrow(Vector<ushort> values)
    {
        Vector.Widen(values, out Vector<uint> lower, out Vector<uint> upper);
        return Vector.Narrow(Narrow(lower), Narrow(upper));
    }

    /// <summary>Below 2^11 a single is a half but for the exponent's bias; zero has none.</summary>
    private static Vector<uint> Narrow(Vector<uint> values)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(Vector.ConvertToSingle(Vector.AsVectorInt32(values)));
        Vector<uint> half = (bits - new Vector<uint>(HalfVectors.ExponentShift)) >>> 13;
        return Vector.AndNot(half, Vector.Equals(values, Vector<uint>.Zero));
    }
}

internal readonly struct SByteToSingle : IVectorConversion<sbyte, float>
{
    public static int Width => Vector<sbyte>.Count;

    public static void Convert(ref sbyte from, ref float to, nuint at)
    {
        Vector.Widen(Vector.LoadUnsafe(ref from, at), out Vector<short> lower, out Vector<short> upper);
        Int16ToSingle.Store(lower, ref to, at);
        Int16ToSingle.Store(upper, ref to, at + (nuint)Vector<short>.Count);
    }

    public static float Convert(sbyte value) => value;
}

internal readonly struct UInt16ToSingle : IVectorConversion<ushort, float>
{
    public static int Width => Vector<ushort>.Count;

    public static void Convert(ref ushort from, ref float to, nuint at) => Store(Vector.LoadUnsafe(ref from, at), ref to, at);

    public static float Convert(ushort value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<ushort> values, ref float to, nuint at)
    {
        Vector.Widen(values, out Vector<uint> lower, out Vector<uint> upper);
        Vector.ConvertToSingle(Vector.AsVectorInt32(lower)).StoreUnsafe(ref to, at);
        Vector.ConvertToSingle(Vector.AsVectorInt32(upper)).StoreUnsafe(ref to, at + (nuint)Vector<float>.Count);
    }
}

internal readonly struct Int16ToSingle : IVectorConversion<short, float>
{
    public static int Width => Vector<short>.Count;

    public static void Convert(ref short from, ref float to, nuint at) => Store(Vector.LoadUnsafe(ref from, at), ref to, at);

    public static float Convert(short value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<short> values, ref float to, nuint at)
    {
        Vector.Widen(values, out Vector<int> lower, out Vector<int> upper);
        Vector.ConvertToSingle(lower).StoreUnsafe(ref to, at);
        Vector.ConvertToSingle(upper).StoreUnsafe(ref to, at + (nuint)Vector<float>.Count);
    }
}

internal readonly struct Int32ToSingle : IVectorConversion<int, float>
{
    public static int Width => Vector<int>.Count;

    public static void Convert(ref int from, ref float to, nuint at) => Vector.ConvertToSingle(Vector.LoadUnsafe(ref from, at)).StoreUnsafe(ref to, at);

    public static float Convert(int value) => value;
}

internal readonly struct Int32ToDouble : IVectorConversion<int, double>
{
    public static int Width => Vector<int>.Count;

    public static void Convert(ref int from, ref double to, nuint at)
    {
        Vector.Widen(Vector.LoadUnsafe(ref from, at), out Vector<long> lower, out Vector<long> upper);
        Vector.ConvertToDouble(lower).StoreUnsafe(ref to, at);
        Vector.ConvertToDouble(upper).StoreUnsafe(ref to, at + (nuint)Vector<double>.Count);
    }

    public static double Convert(int value) => value;
}

internal readonly struct UInt32ToDouble : IVectorConversion<uint, double>
{
    public static int Width => Vector<uint>.Count;

    public static void Convert(ref uint from, ref double to, nuint at)
    {
        Vector.Widen(Vector.LoadUnsafe(ref from, at), out Vector<ulong> lower, out Vector<ulong> upper);
        Vector.ConvertToDouble(Vector.AsVectorInt64(lower)).StoreUnsafe(ref to, at);
        Vector.ConvertToDouble(Vector.AsVectorInt64(upper)).StoreUnsafe(ref to, at + (nuint)Vector<double>.Count);
    }

    public static double Convert(uint value) => value;
}

internal readonly struct Int64ToDouble : IVectorConversion<long, double>
{
    public static int Width => Vector<long>.Count;

    public static void Convert(ref long from, ref double to, nuint at) => Vector.ConvertToDouble(Vector.LoadUnsafe(ref from, at)).StoreUnsafe(ref to, at);

    public static double Convert(long value) => value;
}

internal readonly struct UInt64ToDouble : IVectorConversion<ulong, double>
{
    public static int Width => Vector<ulong>.Count;

    public static void Convert(ref ulong from, ref double to, nuint at) => Vector.ConvertToDouble(Vector.LoadUnsafe(ref from, at)).StoreUnsafe(ref to, at);

    public static double Convert(ulong value) => value;
}

internal readonly struct HalfToSingle : IVectorConversion<ushort, float>
{
    public static int Width => Vector<ushort>.Count;

    public static void Convert(ref ushort from, ref float to, nuint at)
    {
        (Vector<float> lower, Vector<float> upper) = HalfVectors.Widen(Vector.LoadUnsafe(ref from, at));
        lower.StoreUnsafe(ref to, at);
        upper.StoreUnsafe(ref to, at + (nuint)Vector<float>.Count);
    }

    public static float Convert(ushort value) => HalfBits.ToSingle(value);
}

internal readonly struct HalfToDouble : IVectorConversion<ushort, double>
{
    public static int Width => Vector<ushort>.Count;

    public static void Convert(ref ushort from, ref double to, nuint at)
    {
        (Vector<float> lower, Vector<float> upper) = HalfVectors.Widen(Vector.LoadUnsafe(ref from, at));
        Vector.Widen(lower, out Vector<double> first, out Vector<double> second);
        Vector.Widen(upper, out Vector<double> third, out Vector<double> fourth);
        nuint lanes = (nuint)Vector<double>.Count;
        first.StoreUnsafe(ref to, at);
        second.StoreUnsafe(ref to, at + lanes);
        third.StoreUnsafe(ref to, at + (2 * lanes));
        fourth.StoreUnsafe(ref to, at + (3 * lanes));
    }

    public static double Convert(ushort value) => HalfBits.ToSingle(value);
}

internal readonly struct SingleToHalf : IVectorConversion<float, ushort>
{
    public static int Width => Vector<ushort>.Count;

    public static void Convert(ref float from, ref ushort to, nuint at) =>
        HalfVectors.Narrow(Vector.LoadUnsafe(ref from, at), Vector.LoadUnsafe(ref from, at + (nuint)Vector<float>.Count)).StoreUnsafe(ref to, at);

    public static ushort Convert(float value) => HalfBits.FromSingle(value);
}

internal readonly struct SingleToDouble : IVectorConversion<float, double>
{
    public static int Width => Vector<float>.Count;

    public static void Convert(ref float from, ref double to, nuint at)
    {
        Vector.Widen(Vector.LoadUnsafe(ref from, at), out Vector<double> lower, out Vector<double> upper);
        lower.StoreUnsafe(ref to, at);
        upper.StoreUnsafe(ref to, at + (nuint)Vector<double>.Count);
    }

    public static double Convert(float value) => value;
}

internal readonly struct DoubleToSingle : IVectorConversion<double, float>
{
    public static int Width => Vector<float>.Count;

    public static void Convert(ref double from, ref float to, nuint at) =>
        Vector.Narrow(Vector.LoadUnsafe(ref from, at), Vector.LoadUnsafe(ref from, at + (nuint)Vector<double>.Count)).StoreUnsafe(ref to, at);

    public static float Convert(double value) => (float)value;
}

/// <summary>Truncates; below 0 and NaN become 0, above 255 becomes 255.</summary>
internal readonly struct SingleToByte : IVectorConversion<float, byte>
{
    public static int Width => Vector<byte>.Count;

    public static void Convert(ref float from, ref byte to, nuint at)
    {
        nuint step = (nuint)Vector<float>.Count;
        Vector<ushort> lower = Vector.Narrow(Load(ref from, at), Load(ref from, at + step));
        Vector<ushort> upper = Vector.Narrow(Load(ref from, at + (2 * step)), Load(ref from, at + (3 * step)));
        Vector.Narrow(lower, upper).StoreUnsafe(ref to, at);
    }

    public static byte Convert(float value) => float.IsNaN(value) ? (byte)0 : byte.CreateSaturating(value);

    private static Vector<uint> Load(ref float from, nuint at)
    {
        Vector<float> value = Vector.LoadUnsafe(ref from, at);
        value = Vector.ConditionalSelect(Vector.GreaterThan(value, Vector<float>.Zero), value, Vector<float>.Zero);
        value = Vector.ConditionalSelect(Vector.LessThan(value, new Vector<float>(255)), value, new Vector<float>(255));
        return Vector.AsVectorUInt32(Vector.ConvertToInt32Native(value));
    }
}
