using Microtome.Hdf5.Layouts;

namespace Microtome.Hdf5.Reading;

/// <summary>The chunks that a request touches, in C order; chunks between two steps of a strided range are not visited.</summary>
internal ref struct ChunkWalk
{
    private readonly ChunkGrid _grid;
    private readonly ReadOnlySpan<Hdf5Range> _ranges;
    private readonly Span<long> _coordinates;

    public ChunkWalk(ChunkGrid grid, BoxRequest request, Span<long> coordinates)
    {
        _grid = grid;
        _ranges = request.Axes;
        _coordinates = coordinates;
        for (int axis = 0; axis < coordinates.Length; axis++)
            coordinates[axis] = First(axis);
    }

    public readonly ReadOnlySpan<long> Coordinates => _coordinates;

    public readonly long Number => _grid.TryGetNumber(_coordinates, out long number)
        ? number
        : throw new Hdf5FormatException("A selection does not lie in the array.");

    public readonly bool MoveNext()
    {
        for (int axis = _coordinates.Length - 1; axis >= 0; axis--)
        {
            Hdf5Range range = _ranges[axis];
            long length = _grid.ChunkDims[axis];
            long lastHere = (((_coordinates[axis] + 1) * length) - 1 - range.Start) / range.Step;
            if (lastHere + 1 < range.Count)
            {
                _coordinates[axis] = (range.Start + ((lastHere + 1) * range.Step)) / length;
                return true;
            }

            _coordinates[axis] = First(axis);
        }

        return false;
    }

    private readonly long First(int axis) => _ranges[axis].Start / _grid.ChunkDims[axis];
}
