using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Layouts.ChunkIndexes;

/// <summary>Takes runs of array entries, numbered over the maximum grid, into a table.</summary>
internal sealed class ArrayEntries(ChunkIndexSource source, ChunkTableBuilder builder)
{
    private readonly MaxChunkGrid _grid = new(source.Space, source.Layout.ChunkDims);
    private readonly long[] _coordinates = new long[source.Rank];
    private long _budget = source.Context.File.Length;

    public void Add(long first, long count, ReadOnlySpan<byte> bytes)
    {
        // Entries of an honest index do not overlap, so together they are no longer than the file.
        _budget -= count * source.EntryBytes;
        if (_budget < 0)
            throw new Hdf5FormatException("A chunk index has more entries than the file has room for.");

        Cursor cursor = new(bytes, source.Context.Sizes);
        for (long i = 0; i < count; i++)
        {
            ChunkEntry entry = source.ReadEntry(ref cursor);
            if (!entry.IsMissing && _grid.TryGetCoordinates(first + i, _coordinates))
                builder.Add(_coordinates, entry);
        }
    }
}
