using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Layouts;

/// <summary>The chunks of an array as it is now: chunk coordinates and their number in C order.</summary>
internal sealed class ChunkGrid
{
    private readonly long[] _counts;

    public ChunkGrid(long[] dims, long[] chunkDims)
    {
        Dims = dims;
        ChunkDims = chunkDims;
        _counts = new long[dims.Length];
        for (int axis = 0; axis < dims.Length; axis++)
            _counts[axis] = CountOn(dims[axis], chunkDims[axis]);

        Total = Dataspace.CheckedProduct(_counts);
    }

    public long[] Dims { get; }

    public long[] ChunkDims { get; }

    public int Rank => Dims.Length;

    /// <summary>Chunks by axis.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Chunks in all.</summary>
    public long Total { get; }

    public static long CountOn(long length, long chunk) => (length / chunk) + (length % chunk == 0 ? 0 : 1);

    /// <summary>A chunk's number, or false where it lies outside the array as it is now (which once was larger).</summary>
    public bool TryGetNumber(ReadOnlySpan<long> coordinates, out long number)
    {
        number = 0;
        for (int axis = 0; axis < _counts.Length; axis++)
        {
            if ((ulong)coordinates[axis] >= (ulong)_counts[axis])
                return false;

            number = (number * _counts[axis]) + coordinates[axis];
        }

        return true;
    }

    public void GetCoordinates(long number, Span<long> coordinates)
    {
        for (int axis = _counts.Length - 1; axis >= 0; axis--)
        {
            coordinates[axis] = number % _counts[axis];
            number /= _counts[axis];
        }
    }

    /// <summary>It reaches beyond the array's edge.</summary>
    public bool IsPartial(ReadOnlySpan<long> coordinates)
    {
        for (int axis = 0; axis < _counts.Length; axis++)
        {
            if (ChunkDims[axis] > Dims[axis] - (coordinates[axis] * ChunkDims[axis]))
                return true;
        }

        return false;
    }
}
