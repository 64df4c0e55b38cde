using System.Numerics;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>
/// Bytes (and bools) in one pass, exactly: sums and sums of squares as integers. Vectors step over whole pixels, so that a lane is
/// always the same channel: with three channels the last lanes of each vector are left for the next.
/// </summary>
internal sealed class ByteMeter(Dtype dtype) : RowMeter(dtype)
{
    /// <summary>256 bytes, whatever they are, add up within 16 bits; their squares within 32.</summary>
    private const int MaxVectors = 256;

    private readonly Vector<byte> _most = new(dtype == Dtype.Bool ? (byte)1 : byte.MaxValue);
    private readonly ulong[] _sums = new ulong[ChannelLayout.MaxChannels];
    private readonly ulong[] _squares = new ulong[ChannelLayout.MaxChannels];
    private readonly long[] _counts = new long[ChannelLayout.MaxChannels];
    private byte _minimum;
    private byte _maximum;

    public override ElementNumber Minimum => ElementNumber.Of((Int128)_minimum);

    public override ElementNumber Maximum => ElementNumber.Of((Int128)_maximum);

    public override void Begin()
    {
        _sums.AsSpan().Clear();
        _squares.AsSpan().Clear();
        _counts.AsSpan().Clear();
        (_minimum, _maximum) = (byte.MaxValue, byte.MinValue);
    }

    public override void Add(ReadOnlySpan<byte> elements, int channel, int interleaved)
    {
        for (int i = 0; i < interleaved; i++)
        {
            _counts[channel + i] += elements.Length / interleaved;
        }

        int done = AddVectors(elements, channel, interleaved);
        for (int i = done; i < elements.Length; i++)
        {
            byte value = Math.Min(elements[i], _most[0]);
            int at = channel + (i % interleaved);
            _sums[at] += value;
            _squares[at] += (uint)value * value;
            _minimum = Math.Min(_minimum, value);
            _maximum = Math.Max(_maximum, value);
        }
    }

    public override Moments Of(int channel) => Moments.OfIntegers(_counts[channel], _sums[channel], _squares[channel]);

    /// <returns>How many elements it took: whole pixels.</returns>
    private int AddVectors(ReadOnlySpan<byte> elements, int channel, int interleaved)
    {
        int lanes = Vector<byte>.Count;
        if (elements.Length < lanes)
        {
            return 0;
        }

        int step = lanes - (lanes % interleaved);
        Vector<byte> counted = FirstLanes(step);
        Vector<byte> least = new(byte.MaxValue);
        Vector<byte> greatest = Vector<byte>.Zero;
        Vector<byte> most = _most;
        ref byte first = ref MemoryMarshal.GetReference(elements);
        int at = 0;
        while (at + lanes <= elements.Length)
        {
            // Locals, so that they stay in registers.
            Vector<ushort> lowerSums = default, upperSums = default;
            Vector<uint> squares0 = default, squares1 = default, squares2 = default, squares3 = default;
            for (int i = 0; i < MaxVectors && at + lanes <= elements.Length; i++, at += step)
            {
                Vector<byte> values = Vector.Min(Vector.LoadUnsafe(ref first, (nuint)at), most);

                // The lanes that are left for the next vector are elements of the row, too.
                least = Vector.Min(least, values);
                greatest = Vector.Max(greatest, values);
                Vector.Widen(values & counted, out Vector<ushort> lower, out Vector<ushort> upper);
                lowerSums += lower;
                upperSums += upper;
                Vector.Widen(lower * lower, out Vector<uint> square0, out Vector<uint> square1);
                Vector.Widen(upper * upper, out Vector<uint> square2, out Vector<uint> square3);
                squares0 += square0;
                squares1 += square1;
                squares2 += square2;
                squares3 += square3;
            }

            Vector.Widen(lowerSums, out Vector<uint> sums0, out Vector<uint> sums1);
            Vector.Widen(upperSums, out Vector<uint> sums2, out Vector<uint> sums3);
            Fold([sums0, sums1, sums2, sums3], _sums.AsSpan(channel, interleaved));
            Fold([squares0, squares1, squares2, squares3], _squares.AsSpan(channel, interleaved));
        }

        Span<byte> extremes = stackalloc byte[2 * lanes];
        least.StoreUnsafe(ref extremes[0]);
        greatest.StoreUnsafe(ref extremes[lanes]);
        for (int i = 0; i < lanes; i++)
        {
            _minimum = Math.Min(_minimum, extremes[i]);
            _maximum = Math.Max(_maximum, extremes[lanes + i]);
        }

        return at;
    }

    private static Vector<byte> FirstLanes(int count)
    {
        Span<byte> lanes = stackalloc byte[Vector<byte>.Count];
        lanes[..count].Fill(byte.MaxValue);
        lanes[count..].Clear();
        return new(lanes);
    }

    private static void Fold(ReadOnlySpan<Vector<uint>> vectors, Span<ulong> sums)
    {
        if (sums.Length == 1)
        {
            foreach (Vector<uint> vector in vectors)
            {
                sums[0] += Vector.Sum(vector);
            }

            return;
        }

        int channel = 0;
        foreach (uint lane in MemoryMarshal.Cast<Vector<uint>, uint>(vectors))
        {
            sums[channel] += lane;
            channel = channel + 1 == sums.Length ? 0 : channel + 1;
        }
    }
}
