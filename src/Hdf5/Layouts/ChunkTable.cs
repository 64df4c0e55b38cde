namespace Microtome.Hdf5.Layouts;

/// <summary>All chunks of a dataset by number: immutable once built, so that readers need no lock.</summary>
internal abstract class ChunkTable
{
    /// <summary>Bytes that all stored chunks take in the file.</summary>
    public abstract long StoredBytes { get; }

    public abstract ChunkEntry this[long number] { get; }
}

/// <summary>Most chunks are there: three arrays by chunk number (12 bytes a chunk; 16 where any has a filter mask).</summary>
internal sealed class DenseChunkTable(long[] addresses, uint[] storedBytes, uint[]? filterMasks, long totalBytes) : ChunkTable
{
    public override long StoredBytes => totalBytes;

    public override ChunkEntry this[long number]
    {
        get
        {
            long address = addresses[number];
            return address < 0 ? ChunkEntry.Missing : new(address, storedBytes[number], filterMasks is null ? 0 : filterMasks[number]);
        }
    }
}

/// <summary>Few chunks of a large grid are there: the same arrays in the order of their numbers. A huge empty grid costs nothing.</summary>
internal sealed class SparseChunkTable(long[] numbers, long[] addresses, uint[] storedBytes, uint[]? filterMasks, long totalBytes) : ChunkTable
{
    public static readonly SparseChunkTable Empty = new([], [], [], null, 0);

    public override long StoredBytes => totalBytes;

    public override ChunkEntry this[long number]
    {
        get
        {
            int found = Array.BinarySearch(numbers, number);
            return found < 0 ? ChunkEntry.Missing : new(addresses[found], storedBytes[found], filterMasks is null ? 0 : filterMasks[found]);
        }
    }
}

/// <summary>Chunks lie one after the other in the order of the maximum grid: nothing is stored, all is arithmetic.</summary>
internal sealed class ImplicitChunkTable(long address, long chunkBytes, ChunkGrid grid, MaxChunkGrid maxGrid) : ChunkTable
{
    public override long StoredBytes => grid.Total > long.MaxValue / chunkBytes ? long.MaxValue : grid.Total * chunkBytes;

    public override ChunkEntry this[long number]
    {
        get
        {
            Span<long> coordinates = stackalloc long[grid.Rank];
            grid.GetCoordinates(number, coordinates);
            long place = maxGrid.GetNumber(coordinates);
            if (place > (long.MaxValue - address) / chunkBytes)
                throw new Hdf5FormatException("A chunk lies beyond any file.");

            return new(address + (place * chunkBytes), chunkBytes, 0);
        }
    }
}
