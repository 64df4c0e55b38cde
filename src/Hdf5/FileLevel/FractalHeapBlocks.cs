using System.Numerics;

namespace Microtome.Hdf5.FileLevel;

/// <summary>
/// Finds a managed object's block in the doubling table (specification III.G): rows 0 and 1 hold blocks of the starting size, each
/// further row blocks of twice the row before; rows of blocks larger than a direct block may be hold indirect blocks.
/// </summary>
internal sealed class FractalHeapBlocks(FileContext context, FractalHeapHeader header)
{
    private const int MaxNesting = 64;

    private readonly Dictionary<long, byte[]> _indirectBlocks = [];
    private long _lastStart = -1;
    private byte[] _lastBlock = [];

    public byte[] Read(long offset, long length)
    {
        if (_lastStart < 0 || offset < _lastStart || offset - _lastStart >= _lastBlock.Length)
            Load(offset);

        long within = offset - _lastStart;
        if (length > _lastBlock.Length - within)
            throw new Hdf5FormatException("A heap object reaches beyond its block.");

        return _lastBlock.AsSpan((int)within, (int)length).ToArray();
    }

    private void Load(long offset)
    {
        if (header.RootAddress == Cursor.Undefined)
            throw new Hdf5FormatException("The heap is empty.");

        if (header.RootRows == 0)
        {
            LoadDirect(header.RootAddress, 0, header.StartingBlockBytes, header.FilteredRootBytes, header.RootFilterMask);
            return;
        }

        long address = header.RootAddress;
        long start = 0;
        int rows = header.RootRows;
        for (int nesting = 0; nesting < MaxNesting; nesting++)
        {
            (int row, int column, long blockStart, long blockBytes) = Locate(offset - start);
            if (row >= rows)
                throw new Hdf5FormatException("A heap ID points beyond the heap.");

            Cursor entry = EntryOf(address, start, rows, row, column);
            start += blockStart;
            address = entry.Address();
            if (address == Cursor.Undefined)
                throw new Hdf5FormatException("A heap ID points into a block that is not there.");

            if (row < header.DirectRows)
            {
                bool filtered = header.Filters is not null;
                LoadDirect(address, start, blockBytes, filtered ? entry.Length() : 0, filtered ? entry.UInt32() : 0);
                return;
            }

            rows = BitOperations.Log2((ulong)blockBytes) - BitOperations.Log2((ulong)(header.StartingBlockBytes * header.Width)) + 1;
        }

        throw new Hdf5FormatException("A heap's blocks are nested too deeply.");
    }

    /// <summary>The table's cell that covers an offset: row, column, where its block starts, how long it is.</summary>
    private (int Row, int Column, long Start, long Bytes) Locate(long offset)
    {
        long rowBytes = header.StartingBlockBytes * header.Width;
        if (offset < rowBytes)
            return (0, (int)(offset / header.StartingBlockBytes), offset / header.StartingBlockBytes * header.StartingBlockBytes, header.StartingBlockBytes);

        int row = BitOperations.Log2((ulong)(offset / rowBytes)) + 1;
        long blockBytes = header.StartingBlockBytes << (row - 1);
        long rowStart = rowBytes << (row - 1);
        long column = (offset - rowStart) / blockBytes;
        return (row, (int)column, rowStart + (column * blockBytes), blockBytes);
    }

    /// <summary>An indirect block ("FHIB"), placed on one of its children's entries.</summary>
    private Cursor EntryOf(long address, long start, int rows, int row, int column)
    {
        int directEntryBytes = context.Sizes.Offset + (header.Filters is null ? 0 : context.Sizes.Length + 4);
        long directEntries = (long)Math.Min(rows, header.DirectRows) * header.Width;
        long indirectEntries = (long)Math.Max(0, rows - header.DirectRows) * header.Width;
        int prefixBytes = 5 + context.Sizes.Offset + header.OffsetBytes;
        long length = prefixBytes + (directEntries * directEntryBytes) + (indirectEntries * context.Sizes.Offset) + 4;
        if (!_indirectBlocks.TryGetValue(address, out byte[]? block))
        {
            block = context.File.ReadMetadata(address, length);
            context.VerifyChecksum(block, "heap block");
            CheckPrefix(block, "FHIB"u8, start);
            _indirectBlocks.Add(address, block);
        }

        long index = ((long)row * header.Width) + column;
        Cursor cursor = new(block, context.Sizes);
        cursor.Skip(prefixBytes + (Math.Min(index, directEntries) * directEntryBytes) + (Math.Max(0, index - directEntries) * context.Sizes.Offset));
        return cursor;
    }

    private void LoadDirect(long address, long start, long blockBytes, long filteredBytes, uint filterMask)
    {
        byte[] block = header.Filters is null
            ? context.File.ReadMetadata(address, blockBytes)
            : FractalHeap.Decode(context, header, context.File.ReadMetadata(address, filteredBytes), filterMask, blockBytes);
        CheckPrefix(block, "FHDB"u8, start);
        if (header.HasBlockChecksums && context.Options.VerifyChecksums)
            CheckDirect(block);

        _lastBlock = block;
        _lastStart = start;
    }

    private void CheckPrefix(byte[] block, ReadOnlySpan<byte> signature, long start)
    {
        Cursor cursor = new(block, context.Sizes);
        cursor.Signature(signature);
        cursor.Version("the heap block", 0, 0);
        if (cursor.Address() != header.Address || cursor.Length(header.OffsetBytes) != start)
            throw new Hdf5FormatException("A heap block belongs elsewhere.");
    }

    /// <summary>A direct block's checksum lies in its prefix and is taken with that field zero.</summary>
    private void CheckDirect(byte[] block)
    {
        int at = 5 + context.Sizes.Offset + header.OffsetBytes;
        Cursor cursor = new(block, context.Sizes);
        cursor.Skip(at);
        uint stored = cursor.UInt32();
        byte[] copy = (byte[])block.Clone();
        copy.AsSpan(at, 4).Clear();
        if (Checksum.Compute(copy) != stored)
            throw new Hdf5FormatException("The checksum of the heap block is wrong: the file is damaged.");
    }
}
