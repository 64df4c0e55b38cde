using System.Buffers.Binary;

namespace Microtome.Hdf5.Filters;

/// <summary>The LZ4 block format: a token of two lengths, literals, a distance, and so on until the input ends in literals.</summary>
internal static class Lz4Block
{
    private const int MinMatch = 4;

    /// <summary>Decodes a block that must fill <paramref name="output"/> exactly.</summary>
    /// <exception cref="Hdf5FormatException">The block is damaged.</exception>
    public static void Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int read = 0;
        int made = 0;
        while (true)
        {
            int token = Next(input, ref read);
            int literals = Length(input, ref read, token >> 4);
            if (literals > input.Length - read || literals > output.Length - made)
            {
                throw Damaged();
            }

            input.Slice(read, literals).CopyTo(output[made..]);
            read += literals;
            made += literals;
            if (read == input.Length)
            {
                break;
            }

            if (input.Length - read < 2)
            {
                throw Damaged();
            }

            int distance = BinaryPrimitives.ReadUInt16LittleEndian(input[read..]);
            read += 2;
            int length = Length(input, ref read, token & 15) + MinMatch;
            if (distance == 0 || distance > made || length > output.Length - made)
            {
                throw Damaged();
            }

            BackReference.Copy(output, made, distance, length);
            made += length;
        }

        if (made != output.Length)
        {
            throw Damaged();
        }
    }

    /// <summary>A length of 15 goes on in further bytes, until one is not 255.</summary>
    private static int Length(ReadOnlySpan<byte> input, ref int read, int length)
    {
        if (length < 15)
        {
            return length;
        }

        int more;
        do
        {
            more = Next(input, ref read);
            length += more;
            if (length < 0)
            {
                throw Damaged();
            }
        }
        while (more == 255);
        return length;
    }

    private static int Next(ReadOnlySpan<byte> input, ref int read) => read < input.Length ? input[read++] : throw Damaged();

    private static Hdf5FormatException Damaged() => new("A chunk compressed with lz4 is damaged.");
}
