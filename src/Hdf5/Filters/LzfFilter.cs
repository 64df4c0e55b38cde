namespace Microtome.Hdf5.Filters;

/// <summary>
/// LZF, h5py's own filter (32000): literals of 1 to 32 bytes, or a distance of up to 8 KB back and a length. A chunk that did not
/// shrink is stored plain, with the filter's bit set in its mask.
/// </summary>
internal sealed class LzfFilter : ChunkFilter
{
    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int read = 0;
        int made = 0;
        while (read < input.Length)
        {
            int control = input[read++];
            if (control < 32)
            {
                int length = control + 1;
                if (length > input.Length - read || length > output.Length - made)
                {
                    throw Damaged();
                }

                input.Slice(read, length).CopyTo(output[made..]);
                read += length;
                made += length;
                continue;
            }

            int copies = control >> 5;
            if (copies == 7)
            {
                copies += read < input.Length ? input[read++] : throw Damaged();
            }

            copies += 2;
            int distance = ((control & 31) << 8) + 1 + (read < input.Length ? input[read++] : throw Damaged());
            if (distance > made || copies > output.Length - made)
            {
                throw Damaged();
            }

            BackReference.Copy(output, made, distance, copies);
            made += copies;
        }

        return made;
    }

    private static Hdf5FormatException Damaged() => new("A chunk compressed with lzf is damaged.");
}
