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

    /// <summary>A vector of ones and one of zeros.</summary>
    private static readonly T[] Masks = [.. Enumerable.Repeat(T.MaxValue, Vector<T>.Count), .. Enumerable.Repeat(T.Zero, Vector<T>.Count)];

    private readonly T _signBit = dtype.Kind == DtypeKind.Signed ? T.One << ((8 * Unsafe.SizeOf<T>()) - 1) : T.Zero;
    private readonly T _most = dtype == Dtype.Bool ? T.One : T.MaxValue;
    private readonly Channel[] _channels = new Channel[ChannelLayout.MaxChannels];
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
        _channels.AsSpan().Clear();
        (_minimum, _maximum) = (T.MaxValue, T.MinValue);
    }

    public override void Add(ReadOnlySpan<byte> elements, int channel, int interleaved)
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(elements);
        Span<Channel> channels = _channels.AsSpan(channel, interleaved);
        foreach (ref Channel one in channels)
        {
            one.Count += values.Length / interleaved;
        }

        AddVectors(values, channels);
    }

    public override Moments Of(int channel) => Moments.OfIntegers(_channels[channel].Count, _channels[channel].Sum, _channels[channel].Squares, Least);

    public override void End(Span<byte> least, Span<byte> greatest)
    {
        MemoryMarshal.Write(least, _minimum ^ _signBit);
        MemoryMarshal.Write(greatest, _maximum ^ _signBit);
        _leastOfAll = T.Min(_leastOfAll, _minimum);
        _greatestOfAll = T.Max(_greatestOfAll, _maximum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)] // As DoublePasses: at once, and with registers enough.
    private void AddVectors(ReadOnlySpan<T> values, Span<Channel> channels)
    {
        int lanes = Vector<T>.Count;
        int step = lanes - (lanes % channels.Length);
        int whole = values.Length < lanes ? 0 : ((values.Length - lanes) / step) + 1;
        ReadOnlySpan<T> rest = values[(whole * step)..];
        int vectors = whole + (rest.IsEmpty ? 0 : 1);

        // What is less than a vector, and over and over the first of it, which changes no extreme.
        Span<T> last = stackalloc T[lanes];
        last.Fill(rest.IsEmpty ? T.Zero : rest[0]);
        rest.CopyTo(last);

        Vector<T> signBit = new(_signBit), most = new(_most), counted = FirstLanes(step);
        Vector<T> least = new(_minimum), greatest = new(_maximum);
        ref T first = ref MemoryMarshal.GetReference(values);
        for (int vector = 0; vector < vectors;)
        {
            // Locals, so that they stay in registers.
            Vector<TWide> evenSums = default, oddSums = default;
            Vector<TWidest> squares0 = default, squares1 = default, squares2 = default, squares3 = default;
            for (int end = Math.Min(vectors, vector + MaxVectors); vector < end; vector++)
            {
                Vector<T> elements;
                if (vector < whole)
                {
                    elements = Vector.LoadUnsafe(ref first, (nuint)(vector * step));
                }
                else
                {
                    elements = Vector.LoadUnsafe(ref last[0]);
                    counted = FirstLanes(rest.Length);
                }

                elements = Vector.Min(elements ^ signBit, most);

                // The lanes that are left for the next vector are elements of the row, too.
                least = Vector.Min(least, elements);
                greatest = Vector.Max(greatest, elements);
                elements &= counted;
                Vector<TWide> even = Evens(elements);
                Vector<TWide> odd = Odds(elements);
                evenSums += even;
                oddSums += odd;
                Vector<TWide> evenSquares = even * even;
                Vector<TWide> oddSquares = odd * odd;
                squares0 += Evens(evenSquares);
                squares1 += Evens(oddSquares);
                squares2 += Odds(evenSquares);
                squares3 += Odds(oddSquares);
            }

            if (channels.Length == 1)
            {
                channels[0].Sum += ulong.CreateTruncating(Vector.Sum(Evens(evenSums) + Evens(oddSums) + Odds(evenSums) + Odds(oddSums)));
                channels[0].Squares += ulong.CreateTruncating(Vector.Sum(squares0 + squares1 + squares2 + squares3));
            }
            else
            {
                Fold([Evens(evenSums), Evens(oddSums), Odds(evenSums), Odds(oddSums)], [squares0, squares1, squares2, squares3], channels);
            }
        }

        TakeExtremes(least, greatest);
    }

    /// <summary>Adds to the channels what four vectors hold of each: every fourth element's.</summary>
    private static void Fold(ReadOnlySpan<Vector<TWidest>> sums, ReadOnlySpan<Vector<TWidest>> squares, Span<Channel> channels)
    {
        ReadOnlySpan<TWidest> sumLanes = MemoryMarshal.Cast<Vector<TWidest>, TWidest>(sums);
        ReadOnlySpan<TWidest> squareLanes = MemoryMarshal.Cast<Vector<TWidest>, TWidest>(squares);
        for (int element = 0, at = 0; element < sumLanes.Length; element++)
        {
            int lane = (element % 4 * Vector<TWidest>.Count) + (element / 4);
            channels[at].Sum += ulong.CreateTruncating(sumLanes[lane]);
            channels[at].Squares += ulong.CreateTruncating(squareLanes[lane]);
            at = at + 1 == channels.Length ? 0 : at + 1;
        }
    }

    /// <summary>By halves of halves, as long as vectors can: to look at every lane costs as much as to measure a small row.</summary>
    private void TakeExtremes(Vector<T> least, Vector<T> greatest)
    {
        Vector<TWide> leastWide = Vector.Min(Evens(least), Odds(least));
        Vector<TWide> greatestWide = Vector.Max(Evens(greatest), Odds(greatest));
        Vector<TWidest> leastWidest = Vector.Min(Evens(leastWide), Odds(leastWide));
        Vector<TWidest> greatestWidest = Vector.Max(Evens(greatestWide), Odds(greatestWide));
        for (int i = 0; i < Vector<TWidest>.Count; i++)
        {
            _minimum = T.Min(_minimum, T.CreateTruncating(leastWidest[i]));
            _maximum = T.Max(_maximum, T.CreateTruncating(greatestWidest[i]));
        }
    }

    private static Vector<TWide> Evens(Vector<T> elements) => Vector.As<T, TWide>(elements) & new Vector<TWide>((TWide.One << (8 * Unsafe.SizeOf<T>())) - TWide.One);

    private static Vector<TWide> Odds(Vector<T> elements) => Vector.As<T, TWide>(elements) >>> (8 * Unsafe.SizeOf<T>());

    private static Vector<TWidest> Evens(Vector<TWide> elements) => Vector.As<TWide, TWidest>(elements) & new Vector<TWidest>((TWidest.One << (8 * Unsafe.SizeOf<TWide>())) - TWidest.One);

    private static Vector<TWidest> Odds(Vector<TWide> elements) => Vector.As<TWide, TWidest>(elements) >>> (8 * Unsafe.SizeOf<TWide>());

    /// <summary>A mask of a vector's first lanes.</summary>
    private static Vector<T> FirstLanes(int count) => Vector.LoadUnsafe(ref Masks[Vector<T>.Count - count]);

    private struct Channel
    {
        public long Count;
        public ulong Sum;
        public UInt128 Squares;
    }
}
