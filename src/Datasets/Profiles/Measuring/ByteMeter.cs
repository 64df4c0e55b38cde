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
        ref byte first = ref MemoryMarshal.GetReference(elements);
        int at = 0;
        while (at + lanes <= elements.Length)
        {
            Lanes sums = default;
            for (int i = 0; i < MaxVectors && at + lanes <= elements.Length; i++, at += step)
            {
                Vector<byte> values = Vector.Min(Vector.LoadUnsafe(ref first, (nuint)at), _most);

                // The lanes that are left for the next vector are elements of the row, too.
                least = Vector.Min(least, values);
                greatest = Vector.Max(greatest, values);
                sums.Add(values & counted);
            }

            sums.AddTo(_sums.AsSpan(channel, interleaved), _squares.AsSpan(channel, interleaved));
        }

        for (int i = 0; i < lanes; i++)
        {
            _minimum = Math.Min(_minimum, least[i]);
            _maximum = Math.Max(_maximum, greatest[i]);
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

    /// <summary>Sums and sums of squares by lane.</summary>
    private struct Lanes
    {
        private Vector<ushort> _lowerSums;
        private Vector<ushort> _upperSums;
        private Vector<uint> _squares0;
        private Vector<uint> _squares1;
        private Vector<uint> _squares2;
        private Vector<uint> _squares3;

        public void Add(Vector<byte> values)
        {
            Vector.Widen(values, out Vector<ushort> lower, out Vector<ushort> upper);
            _lowerSums += lower;
            _upperSums += upper;
            Vector.Widen(lower * lower, out Vector<uint> square0, out Vector<uint> square1);
            Vector.Widen(upper * upper, out Vector<uint> square2, out Vector<uint> square3);
            _squares0 += square0;
            _squares1 += square1;
            _squares2 += square2;
            _squares3 += square3;
        }

        public readonly void AddTo(Span<ulong> sums, Span<ulong> squares)
        {
            Vector.Widen(_lowerSums, out Vector<uint> sum0, out Vector<uint> sum1);
            Vector.Widen(_upperSums, out Vector<uint> sum2, out Vector<uint> sum3);
            if (sums.Length == 1)
            {
                sums[0] += Vector.Sum(sum0 + sum1 + sum2 + sum3);
                squares[0] += (ulong)Vector.Sum(_squares0) + Vector.Sum(_squares1) + Vector.Sum(_squares2) + Vector.Sum(_squares3);
                return;
            }

            Span<uint> lanes = stackalloc uint[8 * Vector<uint>.Count];
            ReadOnlySpan<Vector<uint>> all = [sum0, sum1, sum2, sum3, _squares0, _squares1, _squares2, _squares3];
            MemoryMarshal.Cast<Vector<uint>, uint>(all).CopyTo(lanes);
            int half = lanes.Length / 2;
            int channel = 0;
            for (int i = 0; i < half; i++)
            {
                sums[channel] += lanes[i];
                squares[channel] += lanes[half + i];
                channel = channel + 1 == sums.Length ? 0 : channel + 1;
            }
        }
    }
}
