using System.Buffers.Binary;

namespace Microtome.Hdf5.Filters;

/// <summary>
/// LZ4 (filter 32004): the plain size (u64) and the block size (u32), then for each block its size (u32) and its bytes, plain
/// where they did not shrink; all sizes big-endian.
/// </summary>
internal sealed class Lz4Filter : ChunkFilter
{
    private const int HeaderBytes = 12;

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length < HeaderBytes)
        {
            throw Damaged();
        }

        ulong total = BinaryPrimitives.ReadUInt64BigEndian(input);
        uint blockBytes = BinaryPrimitives.ReadUInt32BigEndian(input[8..]);
        if (total > (ulong)output.Length || (blockBytes == 0 && total > 0))
        {
            throw Damaged();
        }

        input = input[HeaderBytes..];
        int made = 0;
        while (made < (int)total)
        {
            int plain = (int)Math.Min(blockBytes, (uint)((int)total - made));
            if (input.Length < 4)
            {
                throw Damaged();
            }

            uint stored = BinaryPrimitives.ReadUInt32BigEndian(input);
            input = input[4..];
            if (stored > (uint)input.Length)
            {
                throw Damaged();
            }

            Span<byte> block = output.Slice(made, plain);
            if (stored == (uint)plain)
            {
                input[..plain].CopyTo(block);
            }
            else
            {
                Lz4Block.Decode(input[..(int)stored], block);
            }

            input = input[(int)stored..];
            made += plain;
        }

        return made;
    }

    private static Hdf5FormatException Damaged() => new("A chunk compressed with lz4 is damaged.");
}
