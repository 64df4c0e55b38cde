using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Layouts.ChunkIndexes;

/// <summary>Reads a dataset's whole chunk index, of whichever kind, into a table.</summary>
internal static class ChunkIndexReader
{
    public static ChunkTable Read(ChunkIndexSource source)
    {
        ChunkedLayout layout = source.Layout;
        if (layout.IndexAddress == Cursor.Undefined)
            return SparseChunkTable.Empty;

        ChunkGrid grid = new(source.Space.Dims, layout.ChunkDims);
        if (layout.Index == ChunkIndexKind.Implicit)
            return ReadImplicit(source, grid);

        ChunkTableBuilder builder = new(grid);
        switch (layout.Index)
        {
            case ChunkIndexKind.SingleChunk:
                long storedBytes = layout.SingleChunkBytes >= 0 ? layout.SingleChunkBytes : layout.ChunkBytes;
                builder.Add(stackalloc long[grid.Rank], new(layout.IndexAddress, storedBytes, layout.SingleChunkFilterMask));
                break;
            case ChunkIndexKind.VersionOneBTree:
                VersionOneBTreeIndex.Read(source, builder);
                break;
            case ChunkIndexKind.FixedArray:
                FixedArrayIndex.Read(source, builder);
                break;
            case ChunkIndexKind.ExtensibleArray:
                new ExtensibleArrayIndex(source, builder).Read();
                break;
            default:
                VersionTwoBTreeIndex.Read(source, builder);
                break;
        }

        return builder.Build();
    }

    /// <summary>Specification VII.B: no structure at all, the chunks lie one after the other.</summary>
    private static ImplicitChunkTable ReadImplicit(ChunkIndexSource source, ChunkGrid grid)
    {
        MaxChunkGrid maxGrid = new(source.Space, source.Layout.ChunkDims);
        return source.IsFiltered || maxGrid.IsSaturated
            ? throw new Hdf5FormatException("An implicit chunk index cannot be that of a filtered or endless array.")
            : new(source.Layout.IndexAddress, source.Layout.ChunkBytes, grid, maxGrid);
    }
}
