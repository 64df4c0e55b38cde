using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// What one read asks for: ranges over the dataset's axes and the element's own, and where each number goes (C order, no gaps).
/// Immutable; cuts itself into boxes over any block of the dataset (the whole, or one chunk).
/// </summary>
internal sealed class BoxRequest
{
    private readonly Hdf5Range[] _axes;
    private readonly int _datasetRank;
    private readonly ElementGeometry _element;
    private readonly int _elementBytes;
    private readonly long[] _targetStrides;

    /// <param name="axes">Ranges over the dataset's axes, then the element's own; held against the shape, none empty.</param>
    /// <param name="datasetRank">How many of them are the dataset's.</param>
    /// <param name="element">Where the numbers lie in an element.</param>
    /// <param name="elementBytes">Bytes of a stored element.</param>
    public BoxRequest(ReadOnlySpan<Hdf5Range> axes, int datasetRank, ElementGeometry element, int elementBytes)
    {
        _axes = axes.ToArray();
        _datasetRank = datasetRank;
        _element = element;
        _elementBytes = elementBytes;
        _targetStrides = new long[axes.Length];
        long bytes = (long)element.UnitBytes * element.Parts;
        for (int axis = axes.Length - 1; axis >= 0; axis--)
        {
            _targetStrides[axis] = bytes;
            bytes = checked(bytes * axes[axis].Count);
        }

        StoredBytes = bytes;
    }

    /// <summary>The caller keeps what it reads: chunks are decoded on its thread and not kept here.</summary>
    public bool IsOnce { get; init; }

    /// <summary>Bytes of all numbers asked for, as stored.</summary>
    public long StoredBytes { get; }

    public Hdf5Range Axis(int axis) => _axes[axis];

    /// <summary>The part of the request that lies in a block of the dataset.</summary>
    /// <param name="space">Room for the box.</param>
    /// <param name="origin">The block's first element on each axis of the dataset.</param>
    /// <param name="blockDims">Its elements by axis; they lie in C order.</param>
    /// <param name="isFill">The block is one element, repeated.</param>
    public Box Cut(Span<long> space, scoped ReadOnlySpan<long> origin, scoped ReadOnlySpan<long> blockDims, bool isFill = false)
    {
        Box box = new(space, _element.UnitBytes) { SourceOffset = _element.Offset };
        box.Add(_element.Parts, _element.PartStride, _element.UnitBytes);
        for (int axis = _element.Dims.Length - 1; axis >= 0; axis--)
        {
            Hdf5Range range = _axes[_datasetRank + axis];
            long stride = _element.Strides[axis];
            box.SourceOffset += range.Start * stride;
            box.Add(range.Count, range.Step * stride, _targetStrides[_datasetRank + axis]);
        }

        long blockStride = _elementBytes;
        for (int axis = _datasetRank - 1; axis >= 0; axis--)
        {
            Hdf5Range range = _axes[axis];
            long first = range.Start >= origin[axis] ? 0 : ((origin[axis] - range.Start - 1) / range.Step) + 1;
            long last = Math.Min(range.Count - 1, (origin[axis] + blockDims[axis] - 1 - range.Start) / range.Step);
            long stride = isFill ? 0 : blockStride;
            box.SourceOffset += (range.Start + (first * range.Step) - origin[axis]) * stride;
            box.TargetOffset += first * _targetStrides[axis];
            box.Add(last - first + 1, range.Step * stride, _targetStrides[axis]);
            blockStride *= blockDims[axis];
        }

        return box;
    }
}
