using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Layouts;

/// <summary>Parses the data layout message, versions 1 to 5 (specification IV.A.2.i).</summary>
internal static class LayoutMessage
{
    private const int Compact = 0;
    private const int Contiguous = 1;
    private const int Chunked = 2;
    private const int Virtual = 3;

    public static DataLayout Parse(ReadOnlyMemory<byte> body, FieldSizes sizes)
    {
        Cursor cursor = new(body.Span, sizes);
        byte version = cursor.Version("the data layout", 1, 5);
        if (version < 3)
            return ParseOld(body, ref cursor);

        int kind = cursor.Byte();
        return kind switch
        {
            Compact => new CompactLayout(TakeData(body, ref cursor, cursor.UInt16())),
            Contiguous => new ContiguousLayout(cursor.Address(), cursor.Length()),
            Chunked => version == 3 ? ParseBTreeChunks(ref cursor) : ParseIndexedChunks(ref cursor, version),
            Virtual => new VirtualLayout(),
            _ => throw new Hdf5FormatException($"Data layout {kind} is unknown."),
        };
    }

    private static DataLayout ParseOld(ReadOnlyMemory<byte> body, ref Cursor cursor)
    {
        int rank = cursor.Byte();
        int kind = cursor.Byte();
        cursor.Skip(5);
        CheckRank(rank);
        long address = kind == Compact ? Cursor.Undefined : cursor.Address();
        long[] dims = new long[rank];
        for (int axis = 0; axis < rank; axis++)
            dims[axis] = cursor.UInt32();

        switch (kind)
        {
            case Compact:
                return new CompactLayout(TakeData(body, ref cursor, cursor.UInt32()));
            case Contiguous:
                return new ContiguousLayout(address, -1); // older files cut the dimensions to 32 bits: they are not to be trusted
            case Chunked:
                return NewChunked(dims, address);
            default:
                throw new Hdf5FormatException($"Data layout {kind} is unknown.");
        }
    }

    private static ChunkedLayout ParseBTreeChunks(ref Cursor cursor)
    {
        int rank = cursor.Byte();
        CheckRank(rank);
        long address = cursor.Address();
        long[] dims = new long[rank];
        for (int axis = 0; axis < rank; axis++)
            dims[axis] = cursor.UInt32();

        return NewChunked(dims, address);
    }

    /// <summary>In the older versions the last dimension is the element's size.</summary>
    private static ChunkedLayout NewChunked(long[] dims, long address)
    {
        CheckDims(dims);
        return new(dims[..^1], (int)Math.Min(dims[^1], int.MaxValue), ChunkIndexKind.VersionOneBTree, address);
    }

    private static ChunkedLayout ParseIndexedChunks(ref Cursor cursor, byte version)
    {
        const byte EdgesUnfiltered = 1;
        const byte SingleFiltered = 2;
        byte flags = cursor.Byte();
        int rank = cursor.Byte();
        CheckRank(rank);
        int dimBytes = cursor.Byte();
        if (dimBytes is < 1 or > 8)
            throw new Hdf5FormatException($"Chunk dimensions of {dimBytes} bytes cannot be.");

        long[] dims = new long[rank];
        for (int axis = 0; axis < rank; axis++)
            dims[axis] = cursor.Length(dimBytes);

        CheckDims(dims);
        var index = (ChunkIndexKind)cursor.Byte();
        long singleBytes = -1;
        uint singleMask = 0;
        switch (index)
        {
            case ChunkIndexKind.SingleChunk when (flags & SingleFiltered) != 0:
                singleBytes = cursor.Length();
                singleMask = cursor.UInt32();
                break;
            case ChunkIndexKind.SingleChunk or ChunkIndexKind.Implicit:
                break;
            case ChunkIndexKind.FixedArray:
                cursor.Skip(1); // the arrays' own headers repeat their parameters
                break;
            case ChunkIndexKind.ExtensibleArray:
                cursor.Skip(5);
                break;
            case ChunkIndexKind.VersionTwoBTree:
                cursor.Skip(6);
                break;
            default:
                throw new Hdf5FormatException($"Chunk index {(int)index} is unknown.");
        }

        return new(dims[..^1], (int)Math.Min(dims[^1], int.MaxValue), index, cursor.Address())
        {
            EdgeChunksAreUnfiltered = (flags & EdgesUnfiltered) != 0,
            SingleChunkBytes = singleBytes,
            SingleChunkFilterMask = singleMask,
            HasWideChunkSizes = version >= 5,
        };
    }

    private static ReadOnlyMemory<byte> TakeData(ReadOnlyMemory<byte> body, ref Cursor cursor, long length)
    {
        int at = cursor.Position;
        cursor.Skip(length);
        return body.Slice(at, (int)length);
    }

    private static void CheckRank(int rank)
    {
        if (rank > Dataspace.MaxRank + 1)
            throw new Hdf5FormatException($"{rank} axes are more than HDF5 allows.");
    }

    private static void CheckDims(long[] dims)
    {
        if (dims.Length < 2 || dims.Contains(0))
            throw new Hdf5FormatException("A chunk without elements cannot be.");
    }
}
