using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Layouts.ChunkIndexes;

/// <summary>A fixed array: one entry for each chunk of the maximum grid, in pages beyond a number of entries (specification VII.C).</summary>
internal static class FixedArrayIndex
{
    private const int ChecksumBytes = 4;

    public static void Read(ChunkIndexSource source, ChunkTableBuilder builder)
    {
        FieldSizes sizes = source.Context.Sizes;
        byte[] header = source.Context.File.ReadMetadata(source.Layout.IndexAddress, 8 + sizes.Length + sizes.Offset + ChecksumBytes);
        Cursor cursor = new(header, sizes);
        cursor.Signature("FAHD"u8);
        source.Context.VerifyChecksum(header, "fixed array header");
        cursor.Version("the fixed array", 0, 0);
        source.CheckClient(cursor.Byte(), cursor.Byte());
        int pageBits = cursor.Byte();
        long entries = cursor.Length();
        long block = cursor.Address();
        if (block == Cursor.Undefined)
            return;

        if (pageBits > 24)
            throw new Hdf5FormatException($"A fixed array with pages of 2^{pageBits} entries cannot be.");

        ArrayEntries target = new(source, builder);
        long pageEntries = 1L << pageBits;
        int prefixBytes = 6 + sizes.Offset;
        if (entries <= pageEntries)
        {
            byte[] bytes = source.Context.File.ReadMetadata(block, prefixBytes + (entries * source.EntryBytes) + ChecksumBytes);
            CheckBlock(source, bytes);
            target.Add(0, entries, bytes.AsSpan(prefixBytes));
            return;
        }

        ReadPages(source, target, block, entries, pageEntries, prefixBytes);
    }

    private static void ReadPages(ChunkIndexSource source, ArrayEntries target, long block, long entries, long pageEntries, int prefixBytes)
    {
        long pages = ChunkGrid.CountOn(entries, pageEntries);
        long bitmapBytes = ChunkGrid.CountOn(pages, 8);
        byte[] head = source.Context.File.ReadMetadata(block, prefixBytes + bitmapBytes + ChecksumBytes);
        CheckBlock(source, head);
        long pageBytes = (pageEntries * source.EntryBytes) + ChecksumBytes;
        for (long page = 0; page < pages; page++)
        {
            // The first page is the highest bit of the first byte; one never written to is all missing chunks.
            if ((head[prefixBytes + (page / 8)] & (0x80 >> (int)(page % 8))) == 0)
                continue;

            long count = Math.Min(pageEntries, entries - (page * pageEntries));
            byte[] bytes = source.Context.File.ReadMetadata(block + head.Length + (page * pageBytes), (count * source.EntryBytes) + ChecksumBytes);
            source.Context.VerifyChecksum(bytes, "fixed array page");
            target.Add(page * pageEntries, count, bytes);
        }
    }

    private static void CheckBlock(ChunkIndexSource source, byte[] block)
    {
        Cursor cursor = new(block, source.Context.Sizes);
        cursor.Signature("FADB"u8);
        source.Context.VerifyChecksum(block, "fixed array block");
        cursor.Version("the fixed array block", 0, 0);
        source.CheckClient(cursor.Byte(), -1);
        if (cursor.Address() != source.Layout.IndexAddress)
            throw new Hdf5FormatException("A fixed array block belongs elsewhere.");
    }
}
