using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>
/// Half precision to single and back, a vector at a time, without the processor's own instructions (which .NET does not offer).
/// Widening multiplies by 2^112, which puts the exponent right and makes subnormals normal. Narrowing adds half a unit to the bits,
/// or, for what becomes subnormal, lets the processor round by adding a number whose last place is a half's.
/// </summary>
internal static class HalfVectors
{
    /// <summary>2^112: the exponents' biases are 127 and 15.</summary>
    public const float Rebias = 5.192296858534828e33f;

    /// <summary>A half's infinity, its significand shifted to a single's place.</summary>
    public const uint ShiftedInfinity = 0x7C00u << 13;

    public const uint SingleInfinity = 0x7F80_0000;

    /// <summary>65,536: from here on a half is infinite (from 65,520 on by rounding).</summary>
    public const uint TooLarge = (127 + 16) << 23;

    /// <summary>2^-14: the least normal half.</summary>
    public const uint LeastNormal = (127 - 14) << 23;

    /// <summary>The difference of the biases, in a single's exponent.</summary>
    public const uint ExponentShift = (127 - 15) << 23;

    /// <summary>0.5: the last place of a single of this size is 2^-24, that of a subnormal half.</summary>
    public const float Align = 0.5f;

    public const uint AlignBits = 126u << 23;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<float> Lower, Vector<float> Upper) Widen(Vector<ushort> halves)
    {
        Vector.Widen(halves, out Vector<uint> lower, out Vector<uint> upper);
        return (Widen(lower), Widen(upper));
    }

    public static Vector<ushort> Narrow(Vector<float> lower, Vector<float> upper) => Vector.Narrow(Narrow(lower), Narrow(upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Widen(Vector<uint> halves)
    {
        Vector<uint> magnitude = (halves & new Vector<uint>(0x7FFF)) << 13;
        Vector<uint> sign = (halves & new Vector<uint>(0x8000)) << 16;
        Vector<uint> bits = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) * Rebias);
        Vector<int> special = Vector.GreaterThanOrEqual(Vector.AsVectorInt32(magnitude), new Vector<int>((int)ShiftedInfinity));
        bits |= Vector.AsVectorUInt32(special) & new Vector<uint>(SingleInfinity);
        return Vector.AsVectorSingle(bits | sign);
    }

    private static Vector<uint> Narrow(Vector<float> value)
    {
        Vector<uint> all = Vector.AsVectorUInt32(value);
        Vector<uint> bits = all & new Vector<uint>(0x7FFF_FFFF);
        Vector<int> ordered = Vector.AsVectorInt32(bits);
        Vector<uint> normal = (bits - new Vector<uint>(ExponentShift - 0xFFF) + ((bits >>> 13) & Vector<uint>.One)) >>> 13;
        Vector<uint> subnormal = Vector.AsVectorUInt32(Vector.AsVectorSingle(bits) + new Vector<float>(Align)) - new Vector<uint>(AlignBits);
        Vector<uint> half = Vector.ConditionalSelect(
            Vector.AsVectorUInt32(Vector.LessThan(ordered, new Vector<int>((int)LeastNormal))), subnormal, normal);
        Vector<uint> large = Vector.AsVectorUInt32(Vector.GreaterThanOrEqual(ordered, new Vector<int>((int)TooLarge)));
        if (large != Vector<uint>.Zero)
        {
            Vector<uint> nan = Vector.AsVectorUInt32(Vector.GreaterThan(ordered, new Vector<int>((int)SingleInfinity)));
            Vector<uint> payload = new Vector<uint>(0x7E00) | ((bits >>> 13) & new Vector<uint>(0x3FF));
            half = Vector.ConditionalSelect(large, Vector.ConditionalSelect(nan, payload, new Vector<uint>(0x7C00)), half);
        }

        return half | ((all >>> 16) & new Vector<uint>(0x8000));
    }
}
