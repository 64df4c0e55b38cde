namespace Microtome.Hdf5.Filters;

/// <summary>Copies what was decoded before to where decoding stands, as LZ77 and its kin do: the two may overlap, then the pattern repeats.</summary>
internal static class BackReference
{
    /// <param name="output">Decoded up to <paramref name="at"/>; the caller has checked that distance and length stay within.</param>
    /// <param name="at">Where to copy to.</param>
    /// <param name="distance">How far back to copy from, at least 1.</param>
    /// <param name="length">Bytes to copy.</param>
    public static void Copy(Span<byte> output, int at, int distance, int length)
    {
        if (distance >= length)
        {
            output.Slice(at - distance, length).CopyTo(output[at..]);
        }
        else if (distance == 1)
        {
            output.Slice(at, length).Fill(output[at - 1]);
        }
        else
        {
            for (int i = at; i < at + length; i++)
            {
                output[i] = output[i - distance];
            }
        }
    }
}
