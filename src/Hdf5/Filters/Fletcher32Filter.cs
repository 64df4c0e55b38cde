using System.Buffers.Binary;

namespace Microtome.Hdf5.Filters;

/// <summary>
/// Fletcher32 (filter 3): four bytes of checksum behind the data. Files of libhdf5 1.6.2 and older on little-endian machines hold
/// it with the bytes of each half swapped; both are accepted, as libhdf5 does.
/// </summary>
internal sealed class Fletcher32Filter : ChunkFilter
{
    private const int ChecksumBytes = 4;

    /// <summary>Words that can be summed before the sums must be folded to stay within 32 bits.</summary>
    private const int BlockWords = 360;

    public override int? Growth => ChecksumBytes;

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int length = input.Length - ChecksumBytes;
        if (length < 0 || length > output.Length)
        {
            throw new Hdf5FormatException($"A chunk with a checksum has {input.Length} bytes, not the {output.Length} and {ChecksumBytes} that it should.");
        }

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(input[length..]);
        uint computed = Checksum(input[..length]);
        uint swapped = ((computed & 0x00FF00FF) << 8) | ((computed >> 8) & 0x00FF00FF);
        if (stored != computed && stored != swapped)
        {
            throw new Hdf5FormatException("A chunk's checksum (fletcher32) does not fit its data.");
        }

        input[..length].CopyTo(output);
        return length;
    }

    /// <summary>Over 16-bit words, the first byte the upper; an odd last byte is the upper half of a word.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> data)
    {
        uint sum1 = 0;
        uint sum2 = 0;
        int words = data.Length / 2;
        for (int at = 0; at < words;)
        {
            int end = Math.Min(words, at + BlockWords);
            for (; at < end; at++)
            {
                sum1 += BinaryPrimitives.ReadUInt16BigEndian(data[(2 * at)..]);
                sum2 += sum1;
            }

            sum1 = (sum1 & 0xFFFF) + (sum1 >> 16);
            sum2 = (sum2 & 0xFFFF) + (sum2 >> 16);
        }

        if (data.Length % 2 != 0)
        {
            sum1 += (uint)data[^1] << 8;
            sum2 += sum1;
            sum1 = (sum1 & 0xFFFF) + (sum1 >> 16);
            sum2 = (sum2 & 0xFFFF) + (sum2 >> 16);
        }

        sum1 = (sum1 & 0xFFFF) + (sum1 >> 16);
        sum2 = (sum2 & 0xFFFF) + (sum2 >> 16);
        return (sum2 << 16) | sum1;
    }
}
