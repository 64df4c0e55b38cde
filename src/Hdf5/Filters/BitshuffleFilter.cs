using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Microtome.Hdf5.Filters;

/// <summary>
/// Bitshuffle (filter 32008): blocks of elements whose bits are transposed (all lowest bits first), plain or each compressed with
/// LZ4 or zstd. Elements that make no group of eight stay at the end as they are.
/// </summary>
internal sealed class BitshuffleFilter : ChunkFilter
{
    private const int Group = 8;
    private const int TargetBlockBytes = 8192;
    private const int MinBlockElements = 128;
    private const int HeaderBytes = 12;

    private readonly int _elementSize;
    private readonly int _blockElements;
    private readonly Compression _compression;
    private readonly NativeDecoder? _zstd;

    private BitshuffleFilter(int elementSize, int blockElements, Compression compression, NativeDecoder? zstd)
    {
        _elementSize = elementSize;
        _blockElements = blockElements;
        _compression = compression;
        _zstd = zstd;
    }

    private enum Compression
    {
        None = 0,
        Lz4 = 2,
        Zstd = 3,
    }

    public override int? Growth => _compression == Compression.None ? 0 : null;

    /// <summary>Parameters: version (two), element size, elements a block (0: chosen by size), compression.</summary>
    public static BitshuffleFilter? TryCreate(ImmutableArray<uint> data, int elementSize, NativeCodecs native, out string? reason)
    {
        reason = null;
        uint size = data.Length > 2 && data[2] > 0 ? data[2] : (uint)elementSize;
        uint block = data.Length > 3 ? data[3] : 0;
        Compression compression = (Compression)(data.Length > 4 ? data[4] : 0);
        if (size is 0 or > 1 << 20 || block % Group != 0 || block > 1 << 24 || !Enum.IsDefined(compression))
        {
            reason = "the filter 32008 (bitshuffle) is described in a way that makes no sense";
            return null;
        }

        if (compression == Compression.Zstd && native.Zstd is null)
        {
            reason = "the filter 32008 (bitshuffle with zstd) needs the system's library; on Debian: apt-get install libzstd1";
            return null;
        }

        return new((int)size, (int)block, compression, native.Zstd);
    }

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int total = input.Length;
        int blockElements = _blockElements;
        if (_compression != Compression.None)
        {
            if (input.Length < HeaderBytes || BinaryPrimitives.ReadUInt64BigEndian(input) > (ulong)output.Length)
            {
                throw Damaged();
            }

            total = (int)BinaryPrimitives.ReadUInt64BigEndian(input);
            blockElements = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(input[8..]) / (uint)_elementSize, 1 << 24);
            input = input[HeaderBytes..];
        }

        if (total > output.Length || blockElements % Group != 0)
        {
            throw Damaged();
        }

        blockElements = blockElements > 0 ? blockElements : DefaultBlock(_elementSize);
        int made = DecodeBlocks(ref input, output[..total], blockElements);
        int rest = total - made;
        if (input.Length < rest)
        {
            throw Damaged();
        }

        input[..rest].CopyTo(output[made..]);
        return total;
    }

    private static int DefaultBlock(int elementSize) => Math.Max(TargetBlockBytes / elementSize / Group * Group, MinBlockElements);

    /// <summary>Transposes one block back: for each group of eight elements and each byte of them, eight bytes of bits become eight bytes.</summary>
    internal static void Unshuffle(ReadOnlySpan<byte> input, Span<byte> output, int elementSize)
    {
        int row = input.Length / elementSize / Group;
        for (int plane = 0; plane < elementSize; plane++)
        {
            ReadOnlySpan<byte> bits = input.Slice(plane * Group * row, Group * row);
            for (int group = 0; group < row; group++)
            {
                ulong square = 0;
                for (int bit = 0; bit < Group; bit++)
                {
                    square |= (ulong)bits[(bit * row) + group] << (8 * bit);
                }

                square = Transpose(square);
                int at = (group * Group * elementSize) + plane;
                for (int i = 0; i < Group; i++, at += elementSize)
                {
                    output[at] = (byte)(square >> (8 * i));
                }
            }
        }
    }

    /// <summary>An 8 × 8 square of bits, mirrored on its diagonal: by swapping ever larger sub-squares.</summary>
    private static ulong Transpose(ulong x)
    {
        ulong t = (x ^ (x >> 7)) & 0x00AA00AA00AA00AA;
        x ^= t ^ (t << 7);
        t = (x ^ (x >> 14)) & 0x0000CCCC0000CCCC;
        x ^= t ^ (t << 14);
        t = (x ^ (x >> 28)) & 0x00000000F0F0F0F0;
        return x ^ t ^ (t << 28);
    }

    private int DecodeBlocks(ref ReadOnlySpan<byte> input, Span<byte> output, int blockElements)
    {
        int left = output.Length / _elementSize / Group * Group;
        int made = 0;
        byte[] scratch = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)blockElements * _elementSize, output.Length));
        try
        {
            while (left > 0)
            {
                int elements = Math.Min(left, blockElements);
                int bytes = elements * _elementSize;
                ReadOnlySpan<byte> bits = TakeBlock(ref input, scratch.AsSpan(0, bytes));
                Unshuffle(bits, output.Slice(made, bytes), _elementSize);
                made += bytes;
                left -= elements;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }

        return made;
    }

    private ReadOnlySpan<byte> TakeBlock(ref ReadOnlySpan<byte> input, Span<byte> scratch)
    {
        ReadOnlySpan<byte> block;
        if (_compression == Compression.None)
        {
            block = input.Length >= scratch.Length ? input[..scratch.Length] : throw Damaged();
            input = input[scratch.Length..];
            return block;
        }

        if (input.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(input) > (uint)(input.Length - 4))
        {
            throw Damaged();
        }

        int stored = (int)BinaryPrimitives.ReadUInt32BigEndian(input);
        block = input.Slice(4, stored);
        input = input[(4 + stored)..];
        if (_compression == Compression.Lz4)
        {
            Lz4Block.Decode(block, scratch);
        }
        else if (_zstd!(block, scratch) != scratch.Length)
        {
            throw Damaged();
        }

        return scratch;
    }

    private static Hdf5FormatException Damaged() => new("A chunk with shuffled bits is damaged.");
}
