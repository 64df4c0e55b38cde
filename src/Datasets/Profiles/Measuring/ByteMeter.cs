using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>
/// Bytes (and bools) in one pass, exactly: sums and sums of squares as integers. Vectors step over whole pixels, so that a lane is
/// always the same channel: with three channels the last lanes of each vector are left for the next.
/// </summary>
internal sealed class ByteMeter(Dtype dtype) : RowMeter(dtype)
{
    /// <summary>256 bytes, whatever they are, add up within 16 bits; the squares of all in a row of vectors within 32.</summary>
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

        AddVectors(elements, channel, interleaved);
    }

    public override Moments Of(int channel) => Moments.OfIntegers(_counts[channel], _sums[channel], _squares[channel]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // As DoublePasses: at once.
    private void AddVectors(ReadOnlySpan<byte> elements, int channel, int interleaved)
    {
        int lanes = Vector<byte>.Count;
        int step = lanes - (lanes % interleaved);
        int whole = elements.Length < lanes ? 0 : ((elements.Length - lanes) / step) + 1;
        ReadOnlySpan<byte> rest = elements[(whole * step)..];
        int vectors = whole + (rest.IsEmpty ? 0 : 1);
        Vector<byte> counted = FirstLanes(step);
        Vector<byte> least = new(byte.MaxValue);
        Vector<byte> greatest = Vector<byte>.Zero;
        Vector<byte> most = _most;
        ref byte first = ref MemoryMarshal.GetReference(elements);
        for (int vector = 0; vector < vectors;)
        {
            // Locals, so that they stay in registers.
            Vector<ushort> lowerSums = default, upperSums = default;
            Vector<uint> squares0 = default, squares1 = default, squares2 = default, squares3 = default;
            for (int end = Math.Min(vectors, vector + MaxVectors); vector < end; vector++)
            {
                Vector<byte> values;
                if (vector < whole)
                {
                    values = Vector.LoadUnsafe(ref first, (nuint)(vector * step));
                }
                else
                {
                    values = Fill(rest);
                    counted = FirstLanes(rest.Length);
                }

                values = Vector.Min(values, most);

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
    }

    /// <summary>The last elements of a row, and over and over the first of them, which changes no extreme.</summary>
    private static Vector<byte> Fill(ReadOnlySpan<byte> rest)
    {
        Span<byte> lanes = stackalloc byte[Vector<byte>.Count];
        rest.CopyTo(lanes);
        lanes[rest.Length..].Fill(rest[0]);
        return new(lanes);
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
            sums[0] += Vector.Sum(vectors[0] + vectors[1] + vectors[2] + vectors[3]);
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
