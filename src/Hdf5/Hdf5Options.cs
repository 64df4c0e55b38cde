using Microtome.Hdf5.Filters;
using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5;

/// <summary>How files are read, and the bounds that hold for them.</summary>
public sealed record Hdf5Options
{
    /// <summary>Decoded bytes of the largest chunk that is decoded; a filtered dataset of larger ones is listed, not served.</summary>
    public long MaxChunkBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Links of a group, and objects of a file, beyond which the rest is not listed. What the objects of a file leave of it is for the
    /// paths of members of compounds, which take as much memory.
    /// </summary>
    public int MaxObjects { get; init; } = 1_000_000;

    /// <summary>Decoded chunks, shared by all files that are given the same one. Give one to the whole process.</summary>
    public ChunkCache ChunkCache { get; init; } = ChunkCache.Shared;

    /// <summary>Codecs that are used where the system has their library.</summary>
    public NativeCodecs NativeCodecs { get; init; } = NativeCodecs.None;

    /// <summary>For tests that damage files behind the checksums, as who makes a hostile file would.</summary>
    internal bool VerifyChecksums { get; init; } = true;
}
