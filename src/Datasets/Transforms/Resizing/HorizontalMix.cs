using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microtome.Datasets.Transforms.Resizing;

/// <summary>Mixes the pixels along a line. Every sum is taken from left to right, in every one of the ways here.</summary>
internal static class HorizontalMix
{
    /// <summary>Elements behind both lines that may be read, or written with anything: three channels go as four.</summary>
    public const int Padding = 4;

    /// <param name="line">Old pixels and padding.</param>
    /// <param name="resized">New pixels and padding.</param>
    /// <param name="weights">For each new pixel.</param>
    /// <param name="count">Elements of the new line, without padding.</param>
    /// <param name="channels">Elements of a pixel.</param>
    public static void Run<T>(ReadOnlySpan<T> line, Span<T> resized, AxisWeights<T> weights, int count, int channels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (channels is 3 or 4 && typeof(T) == typeof(float))
        {
            RunQuads(MemoryMarshal.Cast<T, float>(line), MemoryMarshal.Cast<T, float>(resized), (AxisWeights<float>)(object)weights, count, channels);
        }
        else if (channels == 1)
        {
            RunSingle(line, resized, weights, count);
        }
        else
        {
            RunChannels(line, resized, weights, count, channels);
        }
    }

    private static void RunQuads(ReadOnlySpan<float> line, Span<float> resized, AxisWeights<float> weights, int count, int channels)
    {
        ref float target = ref MemoryMarshal.GetReference(resized[..(count + Padding)]);
        int pixels = count / channels;
        for (int x = 0; x < pixels; x++)
        {
            ReadOnlySpan<float> window = weights.Weights(x);
            ref float from = ref MemoryMarshal.GetReference(line.Slice(weights.Start(x) * channels, (window.Length * channels) + Padding - channels));
            Vector128<float> sum = Vector128.LoadUnsafe(ref from) * window[0];
            for (int k = 1; k < window.Length; k++)
            {
                sum += Vector128.LoadUnsafe(ref from, (nuint)(k * channels)) * window[k];
            }

            sum.StoreUnsafe(ref target, (nuint)(x * channels));
        }
    }

    private static void RunSingle<T>(ReadOnlySpan<T> line, Span<T> resized, AxisWeights<T> weights, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int x = 0; x < count; x++)
        {
            ReadOnlySpan<T> window = weights.Weights(x);
            ReadOnlySpan<T> from = line.Slice(weights.Start(x), window.Length);
            T sum = from[0] * window[0];
            for (int k = 1; k < window.Length; k++)
            {
                sum += from[k] * window[k];
            }

            resized[x] = sum;
        }
    }

    private static void RunChannels<T>(ReadOnlySpan<T> line, Span<T> resized, AxisWeights<T> weights, int count, int channels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0, x = 0; at < count; at += channels, x++)
        {
            ReadOnlySpan<T> window = weights.Weights(x);
            Span<T> pixel = resized.Slice(at, channels);
            pixel.Clear();
            for (int k = 0; k < window.Length; k++)
            {
                AddPixel(line.Slice((weights.Start(x) + k) * channels, channels), window[k], pixel);
            }
        }
    }

    private static void AddPixel<T>(ReadOnlySpan<T> from, T weight, Span<T> sum)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T source = ref MemoryMarshal.GetReference(from);
        ref T target = ref MemoryMarshal.GetReference(sum[..from.Length]);
        int i = 0;
        for (; i <= from.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (Vector.LoadUnsafe(ref target, (nuint)i) + (Vector.LoadUnsafe(ref source, (nuint)i) * weight)).StoreUnsafe(ref target, (nuint)i);
        }

        for (; i < from.Length; i++)
        {
            Unsafe.Add(ref target, i) += Unsafe.Add(ref source, i) * weight;
        }
    }
}
