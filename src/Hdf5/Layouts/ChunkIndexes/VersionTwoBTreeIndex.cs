using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Layouts.ChunkIndexes;

/// <summary>Version 2 B-tree of type 10 (without filters) or 11: records hold the entry and the chunk's place on the grid (specification III.A.2).</summary>
internal static class VersionTwoBTreeIndex
{
    private const int PlainType = 10;
    private const int FilteredType = 11;

    public static void Read(ChunkIndexSource source, ChunkTableBuilder builder)
    {
        BTreeV2 tree = new(source.Context, source.Layout.IndexAddress, source.IsFiltered ? FilteredType : PlainType);
        long[] coordinates = new long[source.Rank];
        tree.Walk(record =>
        {
            Cursor cursor = new(record, source.Context.Sizes);
            ChunkEntry entry = source.ReadEntry(ref cursor);
            for (int axis = 0; axis < coordinates.Length; axis++)
                coordinates[axis] = cursor.Length(8);

            builder.Add(coordinates, entry);
        });
    }
}
