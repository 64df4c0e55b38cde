using System.Numerics;
using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Layouts.ChunkIndexes;

/// <summary>
/// An extensible array, for one unlimited axis (specification VII.D): entries in the index block, then in data blocks that it names,
/// then in data blocks of super blocks. Super block u has 2^⌊u/2⌋ data blocks of 2^⌈u/2⌉ times the smallest number of entries.
/// </summary>
internal sealed class ExtensibleArrayIndex(ChunkIndexSource source, ChunkTableBuilder builder)
{
    private const int ChecksumBytes = 4;

    private readonly ArrayEntries _target = new(source, builder);
    private readonly FieldSizes _sizes = source.Context.Sizes;
    private int _offsetBytes;
    private int _minBlockEntries;
    private long _pageEntries;

    public void Read()
    {
        byte[] header = source.Context.File.ReadMetadata(source.Layout.IndexAddress, 12 + (6 * _sizes.Length) + _sizes.Offset + ChecksumBytes);
        Cursor cursor = new(header, _sizes);
        cursor.Signature("EAHD"u8);
        source.Context.VerifyChecksum(header, "extensible array header");
        cursor.Version("the extensible array", 0, 0);
        source.CheckClient(cursor.Byte(), cursor.Byte());
        int entryBits = cursor.Byte();
        int indexEntries = cursor.Byte();
        _minBlockEntries = cursor.Byte();
        int minSuperPointers = cursor.Byte();
        int pageBits = cursor.Byte();
        cursor.Skip(6L * _sizes.Length); // statistics
        long indexBlock = cursor.Address();
        if (entryBits > 64 || pageBits > 24 || !BitOperations.IsPow2(_minBlockEntries) || !BitOperations.IsPow2(minSuperPointers))
            throw new Hdf5FormatException("An extensible array of these parameters cannot be.");

        _offsetBytes = (entryBits + 7) / 8;
        _pageEntries = 1L << pageBits;
        if (indexBlock != Cursor.Undefined)
            ReadIndexBlock(indexBlock, indexEntries, minSuperPointers, entryBits);
    }

    private void ReadIndexBlock(long address, int entries, int minSuperPointers, int entryBits)
    {
        int superBlocks = 1 + entryBits - BitOperations.Log2((uint)_minBlockEntries);
        int firstSuper = 2 * BitOperations.Log2((uint)minSuperPointers);
        int dataPointers = 2 * (minSuperPointers - 1);
        int superPointers = Math.Max(0, superBlocks - firstSuper);
        int prefixBytes = 6 + _sizes.Offset;
        long length = prefixBytes + (entries * source.EntryBytes) + ((dataPointers + superPointers) * _sizes.Offset) + ChecksumBytes;
        byte[] block = source.Context.File.ReadMetadata(address, length);
        CheckBlock(block, "EAIB"u8);
        _target.Add(0, entries, block.AsSpan(prefixBytes));

        Cursor cursor = new(block, _sizes);
        cursor.Skip(prefixBytes + (entries * source.EntryBytes));
        long first = entries;
        for (int super = 0; super < superBlocks && first < long.MaxValue / 4; super++)
        {
            (long blocks, long blockEntries) = SizesOf(super);
            if (super < firstSuper)
            {
                for (long i = 0; i < blocks; i++)
                    ReadDataBlock(cursor.Address(), first + (i * blockEntries), blockEntries, default, 0);
            }
            else
            {
                ReadSuperBlock(cursor.Address(), first, blocks, blockEntries);
            }

            first += blocks * blockEntries;
        }
    }

    private (long Blocks, long BlockEntries) SizesOf(int super) => (1L << (super / 2), (1L << ((super + 1) / 2)) * _minBlockEntries);

    private void ReadSuperBlock(long address, long first, long blocks, long blockEntries)
    {
        if (address == Cursor.Undefined)
            return;

        long pages = blockEntries > _pageEntries ? blockEntries / _pageEntries : 0;
        long bitmapBytes = ChunkGrid.CountOn(pages, 8);
        int prefixBytes = 6 + _sizes.Offset + _offsetBytes;
        if (bitmapBytes > BoundedFile.MaxMetadataBytes / blocks)
            throw new Hdf5FormatException("An extensible array's super block is too large.");

        byte[] block = source.Context.File.ReadMetadata(address, prefixBytes + (blocks * (bitmapBytes + _sizes.Offset)) + ChecksumBytes);
        CheckBlock(block, "EASB"u8);
        Cursor cursor = new(block, _sizes);
        cursor.Skip(prefixBytes + (blocks * bitmapBytes));
        for (long i = 0; i < blocks; i++)
        {
            // libhdf5 numbers the pages of all data blocks through, bit after bit, though it reserves whole bytes for each block.
            ReadDataBlock(cursor.Address(), first + (i * blockEntries), blockEntries, block.AsSpan(prefixBytes), i * pages);
        }
    }

    private void ReadDataBlock(long address, long first, long entries, ReadOnlySpan<byte> pageBitmap, long firstPage)
    {
        if (address == Cursor.Undefined)
            return;

        int prefixBytes = 6 + _sizes.Offset + _offsetBytes;
        if (entries <= _pageEntries)
        {
            byte[] block = source.Context.File.ReadMetadata(address, prefixBytes + (entries * source.EntryBytes) + ChecksumBytes);
            CheckBlock(block, "EADB"u8);
            _target.Add(first, entries, block.AsSpan(prefixBytes));
            return;
        }

        byte[] head = source.Context.File.ReadMetadata(address, prefixBytes + ChecksumBytes);
        CheckBlock(head, "EADB"u8);
        long pageBytes = (_pageEntries * source.EntryBytes) + ChecksumBytes;
        for (long page = 0; page < entries / _pageEntries; page++)
        {
            long bit = firstPage + page;
            if (!pageBitmap.IsEmpty && (pageBitmap[(int)(bit / 8)] & (0x80 >> (int)(bit % 8))) == 0)
                continue; // never written to: all missing chunks

            byte[] bytes = source.Context.File.ReadMetadata(address + head.Length + (page * pageBytes), pageBytes);
            source.Context.VerifyChecksum(bytes, "extensible array page");
            _target.Add(first + (page * _pageEntries), _pageEntries, bytes);
        }
    }

    private void CheckBlock(byte[] block, ReadOnlySpan<byte> signature)
    {
        Cursor cursor = new(block, _sizes);
        cursor.Signature(signature);
        source.Context.VerifyChecksum(block, "extensible array block");
        cursor.Version("the extensible array block", 0, 0);
        source.CheckClient(cursor.Byte(), -1);
        if (cursor.Address() != source.Layout.IndexAddress)
            throw new Hdf5FormatException("An extensible array block belongs elsewhere.");
    }
}
