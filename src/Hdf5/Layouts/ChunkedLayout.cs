namespace Microtome.Hdf5.Layouts;

/// <summary>How a dataset's chunks are found (specification VII, "Types of Indexes for Dataset Chunks").</summary>
internal enum ChunkIndexKind
{
    VersionOneBTree = 0,
    SingleChunk = 1,
    Implicit = 2,
    FixedArray = 3,
    ExtensibleArray = 4,
    VersionTwoBTree = 5,
}

/// <summary>The bytes lie in chunks, each stored on its own.</summary>
/// <param name="ChunkDims">Elements of a chunk by axis, of the dataset's rank.</param>
/// <param name="ElementBytes">Bytes of an element, as the layout message has it.</param>
/// <param name="Index">How the chunks are found.</param>
/// <param name="IndexAddress">Where the index (or the only chunk) lies, or -1 where no chunk was ever written.</param>
internal sealed record ChunkedLayout(long[] ChunkDims, int ElementBytes, ChunkIndexKind Index, long IndexAddress) : DataLayout
{
    public override string Name => "chunked";

    /// <summary>Partial chunks at the array's edge skip the filters (flag bit 0 of layout version 4).</summary>
    public bool EdgeChunksAreUnfiltered { get; init; }

    /// <summary>For the single chunk of a filtered dataset: its stored bytes and filter mask; else -1 and 0.</summary>
    public long SingleChunkBytes { get; init; } = -1;

    public uint SingleChunkFilterMask { get; init; }

    /// <summary>Chunk sizes in the index take the file's "size of lengths" (layout version 5), not as few bytes as fit.</summary>
    public bool HasWideChunkSizes { get; init; }

    /// <summary>Bytes of a whole chunk, decoded.</summary>
    /// <exception cref="Hdf5FormatException">More than 2^63-1.</exception>
    public long ChunkBytes { get; } = ObjectLevel.Dataspace.CheckedProduct([.. ChunkDims, ElementBytes]);

    public string IndexName => Index switch
    {
        ChunkIndexKind.VersionOneBTree => "v1-btree",
        ChunkIndexKind.SingleChunk => "single",
        ChunkIndexKind.Implicit => "implicit",
        ChunkIndexKind.FixedArray => "fixed-array",
        ChunkIndexKind.ExtensibleArray => "extensible-array",
        _ => "v2-btree",
    };
}
