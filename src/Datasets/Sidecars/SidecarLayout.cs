using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// How a decoded array lies in its sidecar: plain rows one after the other, decoded in bands of rows. A band holds every chunk that
/// its rows touch, so that a row is there whole or not at all, however the chunks cut it.
/// </summary>
/// <param name="Plain">The array as it lies there.</param>
/// <param name="BandRows">Rows of every band but the last.</param>
/// <param name="Bands">How many there are.</param>
/// <param name="HasWholeRows">Whether a row lies in one chunk, so that any part of it takes the whole band.</param>
internal sealed record SidecarLayout(ArraySpec Plain, long BandRows, long Bands, bool HasWholeRows)
{
    /// <summary>Chunks that a row of an array without filters must touch before collecting it is worth a copy on the disk.</summary>
    private const long ManyChunks = 4;

    /// <summary>Bands are no smaller, where chunks are: each costs an entry in the index and a task.</summary>
    private const long SmallestBandBytes = 64 << 10;

    /// <summary>A band is decoded in memory whole, one a thread.</summary>
    private const long LargestBandBytes = 64 << 20;

    /// <summary>The index takes 8 bytes a band, in memory too.</summary>
    private const long MostBands = 1 << 22;

    public long RowBytes => Plain.RowBytes;

    /// <summary>Bytes of every band but the last, which may be shorter.</summary>
    public long BandBytes => BandRows * RowBytes;

    /// <summary>The layout of an array's sidecar; null where it is better off without.</summary>
    /// <param name="spec">The array.</param>
    /// <param name="mustDecode">Whether its chunks pass filters.</param>
    public static SidecarLayout? TryMake(ArraySpec spec, bool mustDecode)
    {
        if (spec.Chunks is not { Rank: > 0 } chunks || spec.Bytes == 0)
        {
            return null;
        }

        double across = 1;
        for (int axis = 1; axis < chunks.Rank; axis++)
        {
            across *= Math.Ceiling((double)spec.Shape[axis] / chunks[axis]);
        }

        long chunkRows = Math.Min(spec.ChunkRows, spec.Shape.Rows);
        if ((!mustDecode && across < ManyChunks) || spec.RowBytes > LargestBandBytes / chunkRows)
        {
            return null;
        }

        long bandRows = chunkRows * Math.Max(1, SmallestBandBytes / (chunkRows * spec.RowBytes));
        long bands = ((spec.Shape.Rows - 1) / bandRows) + 1;
        return bands > MostBands ? null : new(new(spec.Dtype, spec.Shape), bandRows, bands, across <= 1);
    }

    public long BandOf(long row) => row / BandRows;

    /// <summary>A band's first row and how many it has.</summary>
    public (long Row, long Count) RowsOf(long band) => (band * BandRows, Math.Min(BandRows, Plain.Shape.Rows - (band * BandRows)));
}
