namespace Microtome.Hdf5.Layouts;

/// <summary>Where one chunk is stored. A set bit i of the mask says that filter i was skipped when it was written.</summary>
internal readonly record struct ChunkEntry(long Address, long StoredBytes, uint FilterMask)
{
    public static readonly ChunkEntry Missing = new(-1, 0, 0);

    /// <summary>It was never written: its elements read as the fill value.</summary>
    public bool IsMissing => Address < 0;
}
