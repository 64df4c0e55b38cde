using System.Numerics;
using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Layouts.ChunkIndexes;

/// <summary>All that the readers of chunk indexes need to know of a dataset.</summary>
internal sealed record ChunkIndexSource(FileContext Context, Dataspace Space, ChunkedLayout Layout, bool IsFiltered)
{
    public int Rank => Layout.ChunkDims.Length;

    /// <summary>Bytes of a stored chunk's size in the entries of a filtered dataset (libhdf5: one more than the decoded size needs).</summary>
    public int StoredSizeBytes => Layout.HasWideChunkSizes
        ? Context.Sizes.Length
        : Math.Min(8, 1 + ((BitOperations.Log2((ulong)Layout.ChunkBytes) + 8) / 8));

    /// <summary>Bytes of an array entry: an address, and for a filtered dataset the stored size and the filter mask.</summary>
    public int EntryBytes => Context.Sizes.Offset + (IsFiltered ? StoredSizeBytes + 4 : 0);

    public ChunkEntry ReadEntry(ref Cursor cursor)
    {
        long address = cursor.Address();
        return IsFiltered
            ? new(address, cursor.Length(StoredSizeBytes), cursor.UInt32())
            : new(address, Layout.ChunkBytes, 0);
    }

    /// <summary>Checks an array index's client and entry size against the dataset.</summary>
    public void CheckClient(int client, int entryBytes)
    {
        if (client != (IsFiltered ? 1 : 0) || (entryBytes >= 0 && entryBytes != EntryBytes))
            throw new Hdf5FormatException($"A chunk index of client {client} and {entryBytes} bytes an entry does not belong to this dataset.");
    }
}
