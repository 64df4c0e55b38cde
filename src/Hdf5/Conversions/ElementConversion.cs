using System.Diagnostics.CodeAnalysis;
using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Conversions;

/// <summary>
/// Turns stored numbers into native little-endian ones, as libhdf5 does when it reads into h5py's NumPy type. Where a stored number
/// is no longer than a native one the stored bytes may lie at the end of the same buffer (see <see cref="Convert"/>).
/// </summary>
internal abstract class ElementConversion(int storedBytes, int nativeBytes)
{
    public int StoredBytes { get; } = storedBytes;

    public int NativeBytes { get; } = nativeBytes;

    /// <summary>Stored bytes are served as they are.</summary>
    public virtual bool IsIdentity => false;

    /// <summary>
    /// Converts from the first number to the last. The spans may overlap where the stored ones start as late as the native ones or
    /// later and end with them: no number is written over before it is read.
    /// </summary>
    public abstract void Convert(ReadOnlySpan<byte> stored, Span<byte> native);

    public static ElementConversion? Create(Datatype type, [NotNullWhen(true)] out Hdf5ElementType? served, out string? reason)
    {
        served = null;
        reason = null;
        switch (type)
        {
            case IntegerType integer:
                return ForInteger(integer, out served, out reason);
            case FloatType real:
                return ForFloat(real, out served, out reason);
            case EnumType { Base: IntegerType baseType } enumeration:
                ElementConversion? conversion = ForInteger(baseType, out served, out reason);
                if (conversion is null || !IsBoolean(enumeration, baseType, conversion))
                    return conversion;

                served = new(Hdf5ElementKind.Bool, 1);
                return conversion is { IsIdentity: true, NativeBytes: 1 } ? conversion : new BooleanConversion(conversion);
            default:
                reason = $"elements of type {DatatypeText.Describe(type)} are not numbers";
                return null;
        }
    }

    private static ElementConversion? ForInteger(IntegerType type, out Hdf5ElementType? served, out string? reason)
    {
        int native = type.Size switch
        {
            1 => 1,
            2 => 2,
            3 or 4 => 4,
            <= 8 => 8,
            _ => 0,
        };
        served = null;
        reason = null;
        if (native == 0)
        {
            reason = $"integers of {type.Size} bytes have no native type";
            return null;
        }

        served = new(type.IsSigned ? Hdf5ElementKind.Signed : Hdf5ElementKind.Unsigned, native);

        // libhdf5 takes a single big-endian byte for one that only needs its bytes swapped, whatever its precision.
        bool isWholeByte = type is { Size: 1, IsBigEndian: true, BitOffset: 0 };
        if (native != type.Size || (type.Precision != 8 * type.Size && !isWholeByte))
            return new IntegerConversion(type, native);

        return type.IsBigEndian && type.Size > 1 ? new SwapConversion(type.Size) : new IdentityConversion(type.Size);
    }

    private static ElementConversion? ForFloat(FloatType type, out Hdf5ElementType? served, out string? reason)
    {
        served = null;
        reason = null;
        if (type.Normalization != FloatNormalization.Implied)
        {
            string normalization = type.Normalization switch
            {
                FloatNormalization.None => "none",
                FloatNormalization.AlwaysSet => "msb set",
                _ => "unassigned",
            };
            reason = $"floating-point numbers of type {DatatypeText.Describe(type)} with the mantissa normalization \"{normalization}\" have no native type";
            return null;
        }

        if (type.Order == FloatOrder.Vax || type.Size > 8)
        {
            reason = $"floating-point numbers of type {DatatypeText.Describe(type)} have no native type";
            return null;
        }

        if (FloatFields.Native(type) is not { } native)
        {
            reason = $"floating-point numbers of type {DatatypeText.Describe(type)} do not fit a native type";
            return null;
        }

        served = new(Hdf5ElementKind.Float, native.Bytes);
        if (!native.Matches(type))
            return new FloatConversion(type, native.Bytes);

        return type.Order == FloatOrder.BigEndian ? new SwapConversion(type.Size) : new IdentityConversion(type.Size);
    }

    /// <summary>h5py's bool: an enumeration of exactly FALSE = 0 and TRUE = 1.</summary>
    private static bool IsBoolean(EnumType type, IntegerType baseType, ElementConversion conversion)
    {
        if (type.Names.Count != 2 || !type.Names.Contains("FALSE") || !type.Names.Contains("TRUE"))
            return false;

        Span<byte> value = stackalloc byte[8];
        for (int member = 0; member < 2; member++)
        {
            value.Clear();
            conversion.Convert(type.ValueOf(member), value[..conversion.NativeBytes]);
            if (BitConverter.ToInt64(value) != (type.Names[member] == "TRUE" ? 1 : 0))
                return false;
        }

        return baseType.Size <= 8;
    }
}
