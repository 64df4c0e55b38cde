using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>The steps that lead from one dtype to another: one kernel, or two where a bool or a complex is in it.</summary>
internal static class CastKernels
{
    /// <summary>None where the dtypes are the same.</summary>
    public static IEnumerable<CastStep> Find(Dtype from, Dtype to)
    {
        if (from == to)
        {
            yield break;
        }

        if (to == Dtype.Bool)
        {
            yield return new(from, to, NonZero(from));
            yield break;
        }

        if (from == Dtype.Bool)
        {
            // A stored bool may be any byte; as a number it is 0 or 1.
            yield return new(from, Dtype.UInt8, new NonZeroKernel<byte>());
            from = Dtype.UInt8;
        }

        if (to.Kind != DtypeKind.Complex)
        {
            if (from != to)
            {
                yield return new(from, to, Numeric(from, to));
            }

            yield break;
        }

        Dtype part = PartOf(to);
        if (from.Kind == DtypeKind.Complex)
        {
            // Both parts are plain numbers: twice as many of them.
            yield return new(from, to, Numeric(PartOf(from), part));
            yield break;
        }

        if (from != part)
        {
            yield return new(from, part, Numeric(from, part));
        }

        yield return new(part, to, part == Dtype.Float32 ? new ComplexKernel<float>() : new ComplexKernel<double>());
    }

    /// <summary>The kernel between two real dtypes that differ, neither of them bool.</summary>
    public static Kernel Numeric(Dtype from, Dtype to) => Vectorized(from, to) ?? from.Code switch
    {
        "u1" => From<byte>(to),
        "i1" => From<sbyte>(to),
        "u2" => From<ushort>(to),
        "i2" => From<short>(to),
        "u4" => From<uint>(to),
        "i4" => From<int>(to),
        "u8" => From<ulong>(to),
        "i8" => From<long>(to),
        "f2" => From<Half>(to),
        "f4" => From<float>(to),
        "f8" => From<double>(to),
        _ => throw new ArgumentOutOfRangeException(nameof(from), from, "not real"),
    };

    /// <summary>The dtype of a complex number's parts.</summary>
    public static Dtype PartOf(Dtype complex) => complex == Dtype.Complex64 ? Dtype.Float32 : Dtype.Float64;

    private static Kernel? Vectorized(Dtype from, Dtype to) => (from.Code, to.Code) switch
    {
        ("u1", "f4") => new VectorKernel<byte, float, ByteToSingle>(),
        ("u1", "f2") => new VectorKernel<byte, ushort, ByteToHalf>(),
        ("u2", "f4") => new VectorKernel<ushort, float, UInt16ToSingle>(),
        ("i1", "f4") => new VectorKernel<sbyte, float, SByteToSingle>(),
        ("i2", "f4") => new VectorKernel<short, float, Int16ToSingle>(),
        ("i4", "f4") => new VectorKernel<int, float, Int32ToSingle>(),
        ("i4", "f8") => new VectorKernel<int, double, Int32ToDouble>(),
        ("u4", "f8") => new VectorKernel<uint, double, UInt32ToDouble>(),
        ("i8", "f8") => new VectorKernel<long, double, Int64ToDouble>(),
        ("u8", "f8") => new VectorKernel<ulong, double, UInt64ToDouble>(),
        ("f2", "f4") => new VectorKernel<ushort, float, HalfToSingle>(),
        ("f2", "f8") => new VectorKernel<ushort, double, HalfToDouble>(),
        ("f4", "f2") => new VectorKernel<float, ushort, SingleToHalf>(),
        ("f4", "f8") => new VectorKernel<float, double, SingleToDouble>(),
        ("f8", "f4") => new VectorKernel<double, float, DoubleToSingle>(),
        ("f4", "u1") => new VectorKernel<float, byte, SingleToByte>(),
        _ => null,
    };

    private static Kernel From<TFrom>(Dtype to)
        where TFrom : unmanaged, System.Numerics.INumber<TFrom> => to.Code switch
        {
            "u1" => new ConvertKernel<TFrom, byte>(),
            "i1" => new ConvertKernel<TFrom, sbyte>(),
            "u2" => new ConvertKernel<TFrom, ushort>(),
            "i2" => new ConvertKernel<TFrom, short>(),
            "u4" => new ConvertKernel<TFrom, uint>(),
            "i4" => new ConvertKernel<TFrom, int>(),
            "u8" => new ConvertKernel<TFrom, ulong>(),
            "i8" => new ConvertKernel<TFrom, long>(),
            "f2" => new ConvertKernel<TFrom, Half>(),
            "f4" => new ConvertKernel<TFrom, float>(),
            "f8" => new ConvertKernel<TFrom, double>(),
            _ => throw new ArgumentOutOfRangeException(nameof(to), to, "not real"),
        };

    private static Kernel NonZero(Dtype from) => from.Code switch
    {
        "u1" or "i1" => new NonZeroKernel<byte>(),
        "u2" or "i2" => new NonZeroKernel<ushort>(),
        "u4" or "i4" => new NonZeroKernel<uint>(),
        "u8" or "i8" => new NonZeroKernel<ulong>(),
        "f2" => new NonZeroKernel<Half>(),
        "f4" => new NonZeroKernel<float>(),
        "f8" => new NonZeroKernel<double>(),
        "c8" => new NonZeroComplexKernel<float>(),
        _ => new NonZeroComplexKernel<double>(),
    };
}
