using System.Buffers.Binary;
using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Layouts.ChunkIndexes;

/// <summary>
/// Version 1 B-tree of type 1: the key holds stored size, filter mask and the first element's index on each axis (specification
/// III.A.1). Keys ascend, also over the chunks outside of an array that has shrunk. A damaged one may lead out of the array like those,
/// and its chunk would read as the fill value: mostly it is not in its place in the order, either.
/// </summary>
internal static class VersionOneBTreeIndex
{
    private const int NodeType = 1;

    public static void Read(ChunkIndexSource source, ChunkTableBuilder builder)
    {
        // One more axis than the dataset: the byte within an element, always 0.
        int keyBytes = 8 + (8 * (source.Rank + 1));
        BTreeV1 tree = new(source.Context, NodeType, keyBytes, 2 * source.Context.ChunkNodeK);
        long[] chunkDims = source.Layout.ChunkDims;
        long[] coordinates = new long[source.Rank];
        long[] last = new long[source.Rank];
        bool isFirst = true;
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

            if (!isFirst && coordinates.AsSpan().SequenceCompareTo(last) <= 0)
                throw new Hdf5FormatException("The chunk index is not in the order of its chunks.");

            isFirst = false;
            coordinates.CopyTo(last, 0);
            builder.Add(coordinates, new(address, storedBytes, filterMask));
        });
    }
}
