using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>
/// Integers (and bools) of few bits in one pass, exactly: sums and sums of squares as integers, of signed ones as their distance from
/// the least that there is, which changes no deviation. Vectors step over whole pixels, so that a lane is always the same channel:
/// with three channels the last lanes of each vector are left for the next.
/// </summary>
/// <typeparam name="T">The element's bits.</typeparam>
/// <typeparam name="TWide">Of twice as many bits: holds a square.</typeparam>
/// <typeparam name="TWidest">Of four times as many.</typeparam>
internal sealed class IntegerMeter<T, TWide, TWidest>(Dtype dtype) : RowMeter(dtype)
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    where TWide : unmanaged, IBinaryInteger<TWide>
    where TWidest : unmanaged, IBinaryInteger<TWidest>
{
    /// <summary>So many elements, whatever they are, add up within twice their bits, and their squares within four times.</summary>
    private const int MaxVectors = 256;

    private readonly T _signBit = dtype.Kind == DtypeKind.Signed ? T.One << ((8 * Unsafe.SizeOf<T>()) - 1) : T.Zero;
    private readonly T _most = dtype == Dtype.Bool ? T.One : T.MaxValue;
    private readonly ulong[] _sums = new ulong[ChannelLayout.MaxChannels];
    private readonly UInt128[] _squares = new UInt128[ChannelLayout.MaxChannels];
    private readonly long[] _counts = new long[ChannelLayout.MaxChannels];
    private T _minimum;
    private T _maximum;
    private T _leastOfAll = T.MaxValue;
    private T _greatestOfAll = T.MinValue;

    public override (ElementNumber Least, ElementNumber Greatest) Extremes =>
        (ElementNumber.Of(Int128.CreateTruncating(_leastOfAll) + Least), ElementNumber.Of(Int128.CreateTruncating(_greatestOfAll) + Least));

    /// <summary>What all are counted from.</summary>
    private long Least => -long.CreateTruncating(_signBit);

    public override void Begin()
    {
        _sums.AsSpan().Clear();
        _squares.AsSpan().Clear();
        _counts.AsSpan().Clear();
        (_minimum, _maximum) = (T.MaxValue, T.MinValue);
    }

    public override void Add(ReadOnlySpan<byte> elements, int channel, int interleaved)
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(elements);
        for (int i = 0; i < interleaved; i++)
        {
            _counts[channel + i] += values.Length / interleaved;
        }

        int done = AddVectors(values, channel, interleaved);
        AddEach(values[done..], channel, interleaved);
    }

    public override Moments Of(int channel) => Moments.OfIntegers(_counts[channel], _sums[channel], _squares[channel], Least);

    public override void End(Span<byte> least, Span<byte> greatest)
    {
        (_minimum ^ _signBit).WriteLittleEndian(least);
        (_maximum ^ _signBit).WriteLittleEndian(greatest);
        _leastOfAll = T.Min(_leastOfAll, _minimum);
        _greatestOfAll = T.Max(_greatestOfAll, _maximum);
    }

    /// <summary>Adds whole vectors and returns how many elements those were: whole pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // As DoublePasses: at once.
    private int AddVectors(ReadOnlySpan<T> values, int channel, int interleaved)
    {
        int lanes = Vector<T>.Count;
        int step = lanes - (lanes % interleaved);
        int vectors = values.Length < lanes ? 0 : ((values.Length - lanes) / step) + 1;
        Vector<T> signBit = new(_signBit), most = new(_most), counted = FirstLanes(step);
        Vector<T> least = new(_minimum), greatest = new(_maximum);
        int half = 8 * Unsafe.SizeOf<T>(), quarter = 2 * half;
        Vector<TWide> low = new((TWide.One << half) - TWide.One);
        Vector<TWidest> lowWide = new((TWidest.One << quarter) - TWidest.One);
        ref T first = ref MemoryMarshal.GetReference(values);
        for (int vector = 0; vector < vectors;)
        {
            // Locals, so that they stay in registers.
            Vector<TWide> evenSums = default, oddSums = default;
            Vector<TWidest> squares0 = default, squares1 = default, squares2 = default, squares3 = default;
            for (int end = Math.Min(vectors, vector + MaxVectors); vector < end; vector++)
            {
                Vector<T> elements = Vector.Min(Vector.LoadUnsafe(ref first, (nuint)(vector * step)) ^ signBit, most);

                // The lanes that are left for the next vector are elements of the row, too.
                least = Vector.Min(least, elements);
                greatest = Vector.Max(greatest, elements);
                Vector<TWide> pairs = Vector.As<T, TWide>(elements & counted);
                Vector<TWide> even = pairs & low;
                Vector<TWide> odd = pairs >>> half;
                evenSums += even;
                oddSums += odd;
                Vector<TWidest> evenSquares = Vector.As<TWide, TWidest>(even * even);
                Vector<TWidest> oddSquares = Vector.As<TWide, TWidest>(odd * odd);
                squares0 += evenSquares & lowWide;
                squares1 += oddSquares & lowWide;
                squares2 += evenSquares >>> quarter;
                squares3 += oddSquares >>> quarter;
            }

            Vector<TWidest> evens = Vector.As<TWide, TWidest>(evenSums), odds = Vector.As<TWide, TWidest>(oddSums);
            Fold([evens & lowWide, odds & lowWide, evens >>> quarter, odds >>> quarter], channel, interleaved, _sums);
            Fold([squares0, squares1, squares2, squares3], channel, interleaved, _squares);
        }

        for (int i = 0; i < lanes; i++)
        {
            _minimum = T.Min(_minimum, least[i]);
            _maximum = T.Max(_maximum, greatest[i]);
        }

        return vectors * step;
    }

    /// <summary>Adds whole pixels that are less than a vector.</summary>
    private void AddEach(ReadOnlySpan<T> values, int channel, int interleaved)
    {
        int at = 0;
        foreach (T value in values)
        {
            T element = T.Min(value ^ _signBit, _most);
            ulong number = ulong.CreateTruncating(element);
            _sums[channel + at] += number;
            _squares[channel + at] += number * number;
            _minimum = T.Min(_minimum, element);
            _maximum = T.Max(_maximum, element);
            at = at + 1 == interleaved ? 0 : at + 1;
        }
    }

    private static Vector<T> FirstLanes(int count)
    {
        Span<T> lanes = stackalloc T[Vector<T>.Count];
        lanes[..count].Fill(T.MaxValue);
        lanes[count..].Clear();
        return new(lanes);
    }

    /// <summary>Adds to the channels' sums what four vectors hold: each the sums of every fourth element of a pixel's row of lanes.</summary>
    private static void Fold<TSum>(ReadOnlySpan<Vector<TWidest>> vectors, int channel, int interleaved, Span<TSum> sums)
        where TSum : unmanaged, IBinaryInteger<TSum>
    {
        if (interleaved == 1)
        {
            sums[channel] += TSum.CreateTruncating(Vector.Sum(vectors[0] + vectors[1] + vectors[2] + vectors[3]));
            return;
        }

        ReadOnlySpan<TWidest> lanes = MemoryMarshal.Cast<Vector<TWidest>, TWidest>(vectors);
        int ofEach = Vector<TWidest>.Count;
        for (int element = 0, at = 0; element < lanes.Length; element++)
        {
            sums[channel + at] += TSum.CreateTruncating(lanes[(element % 4 * ofEach) + (element / 4)]);
            at = at + 1 == interleaved ? 0 : at + 1;
        }
    }
}
