namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>
/// Half precision to single and back, rounded to nearest even; the same bits as <see cref="HalfVectors"/>, NaN payloads too, so that
/// an element's value never depends on its place. (.NET's own conversion makes signalling NaNs quiet in one direction only.)
/// </summary>
internal static class HalfBits
{
    public static float ToSingle(ushort half)
    {
        uint magnitude = (uint)(half & 0x7FFF) << 13;
        uint bits = BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(magnitude) * HalfVectors.Rebias);
        if (magnitude >= HalfVectors.ShiftedInfinity)
        {
            bits |= HalfVectors.SingleInfinity;
        }

        return BitConverter.UInt32BitsToSingle(bits | ((uint)(half & 0x8000) << 16));
    }

    public static ushort FromSingle(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint sign = (bits >> 16) & 0x8000;
        bits &= 0x7FFF_FFFF;
        uint half = bits switch
        {
            > HalfVectors.SingleInfinity => 0x7E00 | ((bits >> 13) & 0x3FF),
            >= HalfVectors.TooLarge => 0x7C00,
            < HalfVectors.LeastNormal => BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(bits) + HalfVectors.Align) - HalfVectors.AlignBits,
            _ => (bits - HalfVectors.ExponentShift + 0xFFF + ((bits >> 13) & 1)) >> 13,
        };
        return (ushort)(half | sign);
    }
}
