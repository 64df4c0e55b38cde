using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Layouts;

/// <summary>
/// The numbering of implicit, fixed-array and extensible-array indexes (specification VII.B to VII.D): over the chunks of the array
/// at its maximum size, the unlimited axis (if one) slowest.
/// </summary>
internal sealed class MaxChunkGrid
{
    private readonly int[] _order;
    private readonly long[] _strides;
    private readonly long _slowestCount;

    public MaxChunkGrid(Dataspace space, long[] chunkDims)
    {
        int unlimited = Array.IndexOf(space.MaxDims, Dataspace.Unlimited);
        if (unlimited != Array.LastIndexOf(space.MaxDims, Dataspace.Unlimited))
            throw new Hdf5FormatException("An array of several unlimited axes cannot have this chunk index.");

        int rank = chunkDims.Length;
        _order = new int[rank];
        int next = 0;
        if (unlimited >= 0)
            _order[next++] = unlimited;

        for (int axis = 0; axis < rank; axis++)
        {
            if (axis != unlimited)
                _order[next++] = axis;
        }

        _strides = new long[rank];
        long stride = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            _strides[i] = stride;
            int axis = _order[i];
            long count = axis == unlimited ? long.MaxValue : ChunkGrid.CountOn(space.MaxDims[axis], chunkDims[axis]);
            _slowestCount = count;

            // Saturated: numbers that large do not come up, since each has an entry in the file.
            bool saturates = count != 0 && stride > long.MaxValue / count;
            IsSaturated |= saturates;
            stride = saturates ? long.MaxValue : Math.Max(1, stride * count);
        }
    }

    /// <summary>There are more chunks than 2^63-1, so that not each has a number.</summary>
    public bool IsSaturated { get; }

    /// <summary>The chunk with this number; false beyond the maximum grid.</summary>
    public bool TryGetCoordinates(long number, Span<long> coordinates)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            coordinates[_order[i]] = number / _strides[i];
            number %= _strides[i];
        }

        return _order.Length == 0 || coordinates[_order[0]] < _slowestCount;
    }

    /// <summary>A chunk's number; not to be asked of a saturated grid.</summary>
    public long GetNumber(ReadOnlySpan<long> coordinates)
    {
        long number = 0;
        for (int i = 0; i < _order.Length; i++)
            number += coordinates[_order[i]] * _strides[i];

        return number;
    }
}
