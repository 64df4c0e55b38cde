using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Conversions;

/// <summary>The fields of the native floating-point types (IEEE 754), and which of them holds another type's numbers exactly.</summary>
internal sealed record FloatFields(int Bytes, int ExponentBits, int MantissaBits, uint Bias)
{
    private static readonly FloatFields[] All = [new(2, 5, 10, 15), new(4, 8, 23, 127), new(8, 11, 52, 1023)];

    /// <summary>The smallest native type that is as long as the stored one and covers its mantissa and exponent range, as h5py chooses; null where none does.</summary>
    public static FloatFields? Native(FloatType type)
    {
        if (type.ExponentBits > 32)
            return null;

        long highest = (1L << type.ExponentBits) - type.Bias - 1;
        long lowest = 1L - type.Bias;
        foreach (FloatFields native in All)
        {
            long nativeHighest = (1L << native.ExponentBits) - native.Bias - 1;
            long nativeLowest = 1L - native.Bias;
            if (type.Size <= native.Bytes && type.MantissaBits <= native.MantissaBits && highest <= nativeHighest && lowest >= nativeLowest)
                return native;
        }

        return null;
    }

    /// <summary>The stored type is this one, but for its byte order.</summary>
    public bool Matches(FloatType type) =>
        type.Size == Bytes && type.ExponentBits == ExponentBits && type.MantissaBits == MantissaBits && type.Bias == Bias
        && type.MantissaAt == 0 && type.ExponentAt == MantissaBits && type.SignAt == (8 * Bytes) - 1;
}
