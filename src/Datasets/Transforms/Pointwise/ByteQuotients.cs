using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>
/// A chain that begins with bytes sees 256 values at every step, however long the data. So a division in it can be tried on all of
/// them beforehand, and where the fast quotient agrees bit for bit, it stands in for the division.
/// </summary>
internal static class ByteQuotients
{
    private const int ByteValues = 256;

    /// <summary>More channels than pictures have are not worth the trial.</summary>
    private const int MaxChannels = 16;

    /// <param name="source">The dtype that the chain begins with.</param>
    /// <param name="kernels">The chain.</param>
    /// <param name="sizes">Bytes of an element before each kernel, and after the last.</param>
    /// <param name="channels">Channels that the kernels tell apart.</param>
    /// <returns>Whether the first two kernels may be replaced by one <see cref="ByteQuotientKernel"/>.</returns>
    public static bool Replace(Dtype source, Kernel[] kernels, int[] sizes, int channels)
    {
        int last = Array.FindLastIndex(kernels, kernel => kernel is ArithmeticKernel<float, Divide>);
        if (source.ItemSize > 1 || channels > MaxChannels || last < 0 || !QuotientKernel.IsSupported)
        {
            return false;
        }

        // Every byte in every channel: a whole number of vectors, so that no element takes the slow way behind them.
        byte[] values = new byte[ByteValues * channels];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (byte)(i / channels);
        }

        for (int i = 0; i <= last; i++)
        {
            byte[] results = new byte[ByteValues * channels * sizes[i + 1]];
            kernels[i].Run(values, results, 0);
            if (kernels[i] is ArithmeticKernel<float, Divide> division)
            {
                QuotientKernel quotient = new(division.Constants);
                byte[] quotients = new byte[results.Length];
                quotient.Run(values, quotients, 0);
                kernels[i] = quotients.AsSpan().SequenceEqual(results) ? quotient : division;
            }

            values = results;
        }

        return kernels is [VectorKernel<byte, float, ByteToSingle>, QuotientKernel { Divisors.Length: 1 }, ..];
    }
}
