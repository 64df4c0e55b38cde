using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>Elements of a real dtype as doubles, and the extremes among them. 64-bit integers, which a double does not hold exactly, have theirs found among themselves. Immutable.</summary>
internal sealed class DoubleElements
{
    private readonly Dtype _dtype;
    private readonly BoundTransform? _toDouble;
    private readonly ulong _signBit;

    public DoubleElements(Dtype dtype)
    {
        _dtype = dtype;

        // By way of f4 where that is exact and both steps are vectors.
        string text = dtype.ItemSize <= sizeof(ushort) && dtype.Kind != DtypeKind.Float ? "cast(f4)|cast(f8)" : "cast(f8)";
        _toDouble = dtype == Dtype.Float64 ? null : Transform.Parse(text).Bind(dtype, Shape.Scalar);
        IsExact = !(dtype.IsInteger && dtype.ItemSize == sizeof(long));
        _signBit = dtype.Kind == DtypeKind.Signed ? 1UL << 63 : 0;
    }

    /// <summary>Whether every element is a double.</summary>
    public bool IsExact { get; }

    /// <summary>Reads elements, which need not be aligned, into as many numbers.</summary>
    public void Read(ReadOnlySpan<byte> elements, Span<double> numbers)
    {
        if (_toDouble is null)
        {
            elements.CopyTo(MemoryMarshal.AsBytes(numbers));
        }
        else
        {
            _toDouble.Apply(elements, MemoryMarshal.AsBytes(numbers), numbers.Length);
        }
    }

    /// <summary>Writes a number, which is one of the dtype's, as an element.</summary>
    public void Write(double number, Span<byte> element)
    {
        switch (_dtype.Kind, _dtype.ItemSize)
        {
            case (DtypeKind.Float, sizeof(ushort)):
                BinaryPrimitives.WriteHalfLittleEndian(element, (Half)number);
                break;
            case (DtypeKind.Float, sizeof(float)):
                BinaryPrimitives.WriteSingleLittleEndian(element, (float)number);
                break;
            case (DtypeKind.Float, _):
                BinaryPrimitives.WriteDoubleLittleEndian(element, number);
                break;
            default:
                // Two's complement: the lower bytes are the number in fewer bytes.
                Span<byte> whole = stackalloc byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(whole, (long)number);
                whole[.._dtype.ItemSize].CopyTo(element);
                break;
        }
    }

    /// <summary>Writes a 64-bit integer that <see cref="FindBits"/> found as an element.</summary>
    public void Write(ulong bits, Span<byte> element) => BinaryPrimitives.WriteUInt64LittleEndian(element, bits ^ _signBit);

    public ElementNumber ToNumber(double number) => ElementNumber.Of(number, _dtype);

    /// <summary>A 64-bit integer that <see cref="FindBits"/> found.</summary>
    public ElementNumber ToNumber(ulong bits) => ElementNumber.Of(_signBit == 0 ? bits : (Int128)(long)(bits ^ _signBit));

    /// <summary>The least and the greatest, of at least one: NaN where one is.</summary>
    /// <param name="elements">As they are.</param>
    /// <param name="numbers">What was read of them.</param>
    public (ElementNumber Least, ElementNumber Greatest) FindExtremes(ReadOnlySpan<byte> elements, ReadOnlySpan<double> numbers)
    {
        if (!IsExact)
        {
            (ulong low, ulong high) = FindBits(elements);
            return (ToNumber(low), ToNumber(high));
        }

        (double least, double greatest) = Find(ref Unsafe.As<double, byte>(ref MemoryMarshal.GetReference(numbers)), numbers.Length, double.PositiveInfinity, double.NegativeInfinity);
        return (ToNumber(least), ToNumber(greatest));
    }

    /// <summary>The least and the greatest of 64-bit integers: their bits, of signed ones with the first turned over, so that they compare as unsigned ones do.</summary>
    public (ulong Least, ulong Greatest) FindBits(ReadOnlySpan<byte> elements)
    {
        ref byte first = ref MemoryMarshal.GetReference(elements);
        int count = elements.Length / sizeof(long);
        if (_signBit == 0)
        {
            return Find(ref first, count, ulong.MaxValue, ulong.MinValue);
        }

        (long least, long greatest) = Find(ref first, count, long.MaxValue, long.MinValue);
        return ((ulong)least ^ _signBit, (ulong)greatest ^ _signBit);
    }

    /// <summary>Vectors compare as <c>Math.Min</c> does: NaN is what comes out, and -0 is less than 0.</summary>
    private static (T Least, T Greatest) Find<T>(ref byte first, int count, T least, T greatest)
        where T : unmanaged, INumber<T>
    {
        Vector<T> low = new(least);
        Vector<T> high = new(greatest);
        int at = 0;
        for (; at + Vector<T>.Count <= count; at += Vector<T>.Count)
        {
            Vector<T> values = Vector.As<byte, T>(Vector.LoadUnsafe(ref first, (nuint)(at * Unsafe.SizeOf<T>())));
            low = Vector.Min(low, values);
            high = Vector.Max(high, values);
        }

        for (int i = 0; i < Vector<T>.Count; i++)
        {
            least = T.Min(least, low[i]);
            greatest = T.Max(greatest, high[i]);
        }

        for (; at < count; at++)
        {
            T value = Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref first, at * Unsafe.SizeOf<T>()));
            least = T.Min(least, value);
            greatest = T.Max(greatest, value);
        }

        return (least, greatest);
    }
}
