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

    public DoubleElements(Dtype dtype)
    {
        _dtype = dtype;

        // By way of f4 where that is exact, since both steps are vectors.
        string text = dtype.ItemSize <= sizeof(ushort) ? "cast(f4)|cast(f8)" : "cast(f8)";
        _toDouble = dtype == Dtype.Float64 ? null : Transform.Parse(text).Bind(dtype, Shape.Scalar);
        IsExact = !(dtype.IsInteger && dtype.ItemSize == sizeof(long));
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

    /// <summary>The least and the greatest, of at least one: NaN where one is.</summary>
    /// <param name="elements">As they are.</param>
    /// <param name="numbers">What was read of them.</param>
    public (ElementNumber Least, ElementNumber Greatest) FindExtremes(ReadOnlySpan<byte> elements, ReadOnlySpan<double> numbers)
    {
        if (!IsExact)
        {
            return FindExtremes(elements);
        }

        (double least, double greatest) = Find(ref Unsafe.As<double, byte>(ref MemoryMarshal.GetReference(numbers)), numbers.Length, double.PositiveInfinity, double.NegativeInfinity);
        return (ElementNumber.Of(least, _dtype), ElementNumber.Of(greatest, _dtype));
    }

    /// <summary>The least and the greatest of 64-bit integers.</summary>
    public (ElementNumber Least, ElementNumber Greatest) FindExtremes(ReadOnlySpan<byte> elements)
    {
        ref byte first = ref MemoryMarshal.GetReference(elements);
        int count = elements.Length / sizeof(long);
        if (_dtype == Dtype.Int64)
        {
            (long least, long greatest) = Find(ref first, count, long.MaxValue, long.MinValue);
            return (ElementNumber.Of((Int128)least), ElementNumber.Of((Int128)greatest));
        }

        (ulong lowest, ulong highest) = Find(ref first, count, ulong.MaxValue, ulong.MinValue);
        return (ElementNumber.Of((Int128)lowest), ElementNumber.Of((Int128)highest));
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
