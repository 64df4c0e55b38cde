using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>
/// The two passes over a piece of doubles. Several vectors are taken at a time: as many elements as are whole pixels, so that a
/// lane of each is always the same channel. Compiled to be fast at once: a short job has ended before the runtime finds out what is hot.
/// </summary>
internal static class DoublePasses
{
    /// <summary>Adds each channel's elements to its sum, and finds the extremes of all: NaN where one is.</summary>
    /// <param name="values">Whole pixels, channels in turn; not empty.</param>
    /// <param name="sums">One a channel.</param>
    public static (double Least, double Greatest) Sum(ReadOnlySpan<double> values, Span<double> sums)
    {
        (double least, double greatest) = sums.Length == 3 ? Sum<Three>(values, sums) : Sum<Four>(values, sums);
        foreach (double sum in sums)
        {
            // The vectors' extremes pass over NaN. Where a sum is NaN one was there, or infinities that cancelled.
            if (double.IsNaN(sum) && HasNaN(values))
            {
                return (double.NaN, double.NaN);
            }
        }

        return (least, greatest);
    }

    /// <summary>Adds the squared deviations of each channel's elements from its mean.</summary>
    public static void SumSquaredDeviations(ReadOnlySpan<double> values, ReadOnlySpan<double> means, Span<double> sums)
    {
        if (sums.Length == 3)
        {
            SumSquaredDeviations<Three>(values, means, sums);
        }
        else
        {
            SumSquaredDeviations<Four>(values, means, sums);
        }
    }

    /// <summary>How many vectors are taken at a time.</summary>
    private interface IStep
    {
        static abstract int Vectors { get; }
    }

    private readonly struct Three : IStep
    {
        public static int Vectors => 3;
    }

    /// <summary>For one, two and four channels.</summary>
    private readonly struct Four : IStep
    {
        public static int Vectors => 4;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Least, double Greatest) Sum<TStep>(ReadOnlySpan<double> values, Span<double> sums)
        where TStep : struct, IStep
    {
        int lanes = Vector<double>.Count;
        int step = TStep.Vectors * lanes;
        Vector<double> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        Vector<double> low = new(double.PositiveInfinity);
        Vector<double> high = new(double.NegativeInfinity);
        ref double first = ref MemoryMarshal.GetReference(values);
        int at = 0;
        for (; at + step <= values.Length; at += step)
        {
            Vector<double> v0 = Vector.LoadUnsafe(ref first, (nuint)at);
            Vector<double> v1 = Vector.LoadUnsafe(ref first, (nuint)(at + lanes));
            Vector<double> v2 = Vector.LoadUnsafe(ref first, (nuint)(at + (2 * lanes)));
            Vector<double> least = Vector.MinNative(Vector.MinNative(v0, v1), v2);
            Vector<double> greatest = Vector.MaxNative(Vector.MaxNative(v0, v1), v2);
            sum0 += v0;
            sum1 += v1;
            sum2 += v2;
            if (TStep.Vectors == 4)
            {
                Vector<double> v3 = Vector.LoadUnsafe(ref first, (nuint)(at + (3 * lanes)));
                least = Vector.MinNative(least, v3);
                greatest = Vector.MaxNative(greatest, v3);
                sum3 += v3;
            }

            low = Vector.MinNative(low, least);
            high = Vector.MaxNative(high, greatest);
        }

        Fold(sum0, sum1, sum2, sum3, TStep.Vectors, sums);
        (double lowest, double highest) = FindExtremes(low, high);
        for (int channel = 0; at < values.Length; at++, channel = Next(channel, sums.Length))
        {
            sums[channel] += values[at];
            lowest = Math.Min(lowest, values[at]);
            highest = Math.Max(highest, values[at]);
        }

        return (lowest, highest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumSquaredDeviations<TStep>(ReadOnlySpan<double> values, ReadOnlySpan<double> means, Span<double> sums)
        where TStep : struct, IStep
    {
        int lanes = Vector<double>.Count;
        int step = TStep.Vectors * lanes;
        Vector<double> mean0 = MeansFrom(means, 0), mean1 = MeansFrom(means, lanes), mean2 = MeansFrom(means, 2 * lanes), mean3 = MeansFrom(means, 3 * lanes);
        Vector<double> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        ref double first = ref MemoryMarshal.GetReference(values);
        int at = 0;
        for (; at + step <= values.Length; at += step)
        {
            sum0 = AddSquare(sum0, Vector.LoadUnsafe(ref first, (nuint)at) - mean0);
            sum1 = AddSquare(sum1, Vector.LoadUnsafe(ref first, (nuint)(at + lanes)) - mean1);
            sum2 = AddSquare(sum2, Vector.LoadUnsafe(ref first, (nuint)(at + (2 * lanes))) - mean2);
            if (TStep.Vectors == 4)
            {
                sum3 = AddSquare(sum3, Vector.LoadUnsafe(ref first, (nuint)(at + (3 * lanes))) - mean3);
            }
        }

        Fold(sum0, sum1, sum2, sum3, TStep.Vectors, sums);
        for (int channel = 0; at < values.Length; at++, channel = Next(channel, sums.Length))
        {
            double deviation = values[at] - means[channel];
            sums[channel] += deviation * deviation;
        }
    }

    private static Vector<double> AddSquare(Vector<double> sum, Vector<double> deviation) => Vector.FusedMultiplyAdd(deviation, deviation, sum);

    /// <summary>The mean of each lane's channel, for a vector that begins with this element of a step.</summary>
    private static Vector<double> MeansFrom(ReadOnlySpan<double> means, int element)
    {
        if (means.Length == 1)
        {
            return new(means[0]);
        }

        Span<double> lanes = stackalloc double[Vector<double>.Count];
        for (int i = 0, channel = element % means.Length; i < lanes.Length; i++, channel = Next(channel, means.Length))
        {
            lanes[i] = means[channel];
        }

        return new(lanes);
    }

    /// <summary>Apart, since vectors whose lanes are looked at do not stay in registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (double Least, double Greatest) FindExtremes(Vector<double> low, Vector<double> high)
    {
        double lowest = double.PositiveInfinity;
        double highest = double.NegativeInfinity;
        for (int i = 0; i < Vector<double>.Count; i++)
        {
            lowest = Math.Min(lowest, low[i]);
            highest = Math.Max(highest, high[i]);
        }

        return (lowest, highest);
    }

    /// <summary>Adds what the vectors hold of each channel to its sum.</summary>
    private static void Fold(Vector<double> v0, Vector<double> v1, Vector<double> v2, Vector<double> v3, int count, Span<double> sums)
    {
        if (sums.Length == 1)
        {
            sums[0] += Vector.Sum(v0 + v1 + (v2 + v3));
        }
        else
        {
            FoldChannels([v0, v1, v2, v3], count, sums);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FoldChannels(ReadOnlySpan<Vector<double>> vectors, int count, Span<double> sums)
    {
        int channel = 0;
        foreach (double lane in MemoryMarshal.Cast<Vector<double>, double>(vectors[..count]))
        {
            sums[channel] += lane;
            channel = Next(channel, sums.Length);
        }
    }

    /// <summary>The channel of the next element: steps are whole pixels, so that each begins with the first.</summary>
    private static int Next(int channel, int channels) => channel + 1 == channels ? 0 : channel + 1;

    private static bool HasNaN(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (double.IsNaN(value))
            {
                return true;
            }
        }

        return false;
    }
}
