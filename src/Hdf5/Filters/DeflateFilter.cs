using System.IO.Compression;

namespace Microtome.Hdf5.Filters;

/// <summary>Deflate in zlib's frame (filter 1): inflates no further than the output holds, and checks zlib's own checksum.</summary>
internal sealed class DeflateFilter : ChunkFilter
{
    public override unsafe int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        // Pinned for the duration of this call only; the stream never writes to it.
        fixed (byte* start = input)
        {
            if (start is null)
            {
                throw new Hdf5FormatException("A deflated chunk is empty.");
            }

            using UnmanagedMemoryStream stream = new(start, input.Length);
            using ZLibStream zlib = new(stream, CompressionMode.Decompress);
            try
            {
                int made = zlib.ReadAtLeast(output, output.Length, throwOnEndOfStream: false);

                // The checksum stands behind the data: it is read, and checked, only by asking for more.
                Span<byte> more = stackalloc byte[1];
                return zlib.Read(more) == 0 ? made : throw new Hdf5FormatException($"A deflated chunk holds more than the {output.Length} bytes it should.");
            }
            catch (InvalidDataException error)
            {
                throw new Hdf5FormatException("A deflated chunk is damaged.", error);
            }
        }
    }
}
