using System.Collections.Immutable;
using System.Numerics;
using Microtome.Hdf5.Filters;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.FileLevel;

/// <summary>A fractal heap's header (specification III.G, "FRHP").</summary>
internal sealed record FractalHeapHeader
{
    public required long Address { get; init; }

    public required int IdBytes { get; init; }

    public required long HugeIndexAddress { get; init; }

    public required bool HasBlockChecksums { get; init; }

    /// <summary>Columns of the doubling table.</summary>
    public required int Width { get; init; }

    public required long StartingBlockBytes { get; init; }

    public required long MaxDirectBlockBytes { get; init; }

    /// <summary>Bits of an offset in the heap.</summary>
    public required int MaxHeapBits { get; init; }

    public required long RootAddress { get; init; }

    /// <summary>Rows of the root indirect block; 0 where the root is a direct block.</summary>
    public required int RootRows { get; init; }

    public required ImmutableArray<FilterSpec>? Filters { get; init; }

    public required long FilteredRootBytes { get; init; }

    public required uint RootFilterMask { get; init; }

    public required bool HugeIdsAreDirect { get; init; }

    public required int LengthBytes { get; init; }

    public int OffsetBytes => (MaxHeapBits + 7) / 8;

    /// <summary>Rows whose blocks are direct ones.</summary>
    public int DirectRows => BitOperations.Log2((ulong)MaxDirectBlockBytes) - BitOperations.Log2((ulong)StartingBlockBytes) + 2;

    public static FractalHeapHeader Read(FileContext context, long address)
    {
        FieldSizes sizes = context.Sizes;
        Cursor start = new(context.File.ReadMetadata(address, 9), sizes);
        start.Signature("FRHP"u8);
        start.Skip(3);
        int filterBytes = start.UInt16();
        byte[] header = context.File.ReadMetadata(address, HeaderLength(sizes, filterBytes));
        context.VerifyChecksum(header, "fractal heap header");
        return Parse(context, address, header, filterBytes);
    }

    private static long HeaderLength(FieldSizes sizes, int filterBytes)
    {
        int fields = 4 + 1 + 2 + 2 + 1 + 4 + (12 * sizes.Length) + (3 * sizes.Offset) + 2 + 2 + 2 + 2 + 4;
        return filterBytes == 0 ? fields : fields + sizes.Length + 4 + filterBytes;
    }

    private static FractalHeapHeader Parse(FileContext context, long address, byte[] header, int filterBytes)
    {
        FieldSizes sizes = context.Sizes;
        Cursor cursor = new(header, sizes);
        cursor.Skip(4);
        cursor.Version("the fractal heap", 0, 0);
        int idBytes = cursor.UInt16();
        cursor.Skip(2);
        byte flags = cursor.Byte();
        long maxManaged = cursor.UInt32();
        cursor.Skip(sizes.Length); // next huge ID
        long hugeIndex = cursor.Address();
        cursor.Skip(sizes.Length + sizes.Offset); // free space
        cursor.Skip(8L * sizes.Length); // statistics
        int width = cursor.UInt16();
        long startingBlock = cursor.Length();
        long maxDirectBlock = cursor.Length();
        int maxHeapBits = cursor.UInt16();
        cursor.Skip(2); // rows to start with
        long root = cursor.Address();
        int rootRows = cursor.UInt16();
        long filteredRoot = 0;
        uint rootMask = 0;
        ImmutableArray<FilterSpec>? filters = null;
        if (filterBytes > 0)
        {
            filteredRoot = cursor.Length();
            rootMask = cursor.UInt32();
            filters = FilterMessage.Parse(cursor.Take(filterBytes), sizes);
        }

        CheckTable(width, startingBlock, maxDirectBlock, maxHeapBits);
        int directId = filters is null ? sizes.Offset + sizes.Length : sizes.Offset + (2 * sizes.Length) + 4;
        int maxDirectLengthBytes = (BitOperations.Log2((ulong)maxDirectBlock) + 7) / 8;
        return new()
        {
            Address = address,
            IdBytes = idBytes,
            HugeIndexAddress = hugeIndex,
            HasBlockChecksums = (flags & 0b10) != 0,
            Width = width,
            StartingBlockBytes = startingBlock,
            MaxDirectBlockBytes = maxDirectBlock,
            MaxHeapBits = maxHeapBits,
            RootAddress = root,
            RootRows = rootRows,
            Filters = filters,
            FilteredRootBytes = filteredRoot,
            RootFilterMask = rootMask,
            HugeIdsAreDirect = idBytes - 1 >= directId,
            LengthBytes = Math.Min(maxDirectLengthBytes, (BitOperations.Log2((ulong)Math.Max(maxManaged, 1)) / 8) + 1),
        };
    }

    private static void CheckTable(int width, long startingBlock, long maxDirectBlock, int maxHeapBits)
    {
        bool powers = width > 0 && BitOperations.IsPow2(width) && BitOperations.IsPow2(startingBlock) && BitOperations.IsPow2(maxDirectBlock);
        if (!powers || startingBlock > maxDirectBlock || maxDirectBlock > BoundedFile.MaxMetadataBytes || maxHeapBits is < 1 or > 62)
            throw new Hdf5FormatException($"A heap of {width} columns and blocks from {startingBlock} to {maxDirectBlock} bytes cannot be.");
    }
}
