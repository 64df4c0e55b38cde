using System.Buffers.Binary;
using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Layouts.ChunkIndexes;

/// <summary>Version 1 B-tree of type 1: the key holds stored size, filter mask and the first element's index on each axis (specification III.A.1).</summary>
internal static class VersionOneBTreeIndex
{
    private const int NodeType = 1;

    public static void Read(ChunkIndexSource source, ChunkTableBuilder builder)
    {
        // One more axis than the dataset: the byte within an element, always 0.
        int keyBytes = 8 + (8 * (source.Rank + 1));
        BTreeV1 tree = new(source.Context, NodeType, keyBytes, 2 * source.Context.ChunkNodeK);
        long[] chunkDims = source.Layout.ChunkDims;
        long[] coordinates = new long[Dataspace.MaxRank];
        tree.Walk(source.Layout.IndexAddress, (key, address) =>
        {
            uint storedBytes = BinaryPrimitives.ReadUInt32LittleEndian(key);
            uint filterMask = BinaryPrimitives.ReadUInt32LittleEndian(key[4..]);
            for (int axis = 0; axis < chunkDims.Length; axis++)
            {
                long element = BinaryPrimitives.ReadInt64LittleEndian(key[(8 + (8 * axis))..]);
                coordinates[axis] = element / chunkDims[axis];
                if (element < 0 || element % chunkDims[axis] != 0)
                    throw new Hdf5FormatException("A chunk does not start on its grid.");
            }

            builder.Add(coordinates.AsSpan(0, chunkDims.Length), new(address, storedBytes, filterMask));
        });
    }
}
