using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// What one read asks for: ranges over the dataset's axes and the element's own, and where each number goes (C order, no gaps).
/// Cuts itself into boxes over any block of the dataset (the whole, or one chunk). A value, since there is one for every row
/// that is read: the ranges are its maker's, and stay as they are until the read ends.
/// </summary>
internal readonly struct BoxRequest
{
    private readonly ReadOnlyMemory<Hdf5Range> _axes;
    private readonly int _datasetRank;
    private readonly ElementGeometry _element;
    private readonly int _elementBytes;

    /// <param name="axes">Ranges over the dataset's axes, then the element's own; held against the shape, none empty.</param>
    /// <param name="datasetRank">How many of them are the dataset's.</param>
    /// <param name="element">Where the numbers lie in an element.</param>
    /// <param name="elementBytes">Bytes of a stored element.</param>
    public BoxRequest(ReadOnlyMemory<Hdf5Range> axes, int datasetRank, ElementGeometry element, int elementBytes)
    {
        _axes = axes;
        _datasetRank = datasetRank;
        _element = element;
        _elementBytes = elementBytes;
        StoredBytes = (long)element.UnitBytes * element.Parts;
        foreach (Hdf5Range range in axes.Span)
            StoredBytes = checked(StoredBytes * range.Count);
    }

    /// <summary>The caller keeps what it reads: chunks are decoded on its thread and not kept here.</summary>
    public bool IsOnce { get; init; }

    /// <summary>Bytes of all numbers asked for, as stored.</summary>
    public long StoredBytes { get; }

    public ReadOnlySpan<Hdf5Range> Axes => _axes.Span;

    /// <summary>The part of the request that lies in a block of the dataset.</summary>
    /// <param name="space">Room for the box.</param>
    /// <param name="origin">The block's first element on each axis of the dataset.</param>
    /// <param name="blockDims">Its elements by axis; they lie in C order.</param>
    /// <param name="isFill">The block is one element, repeated.</param>
    public Box Cut(Span<long> space, scoped ReadOnlySpan<long> origin, scoped ReadOnlySpan<long> blockDims, bool isFill = false)
    {
        ReadOnlySpan<Hdf5Range> axes = Axes;
        Box box = new(space, _element.UnitBytes) { SourceOffset = _element.Offset };
        box.Add(_element.Parts, _element.PartStride, _element.UnitBytes);
        long targetStride = (long)_element.UnitBytes * _element.Parts;
        for (int axis = _element.Dims.Length - 1; axis >= 0; axis--)
        {
            Hdf5Range range = axes[_datasetRank + axis];
            long stride = _element.Strides[axis];
            box.SourceOffset += range.Start * stride;
            box.Add(range.Count, range.Step * stride, targetStride);
            targetStride *= range.Count;
        }

        long blockStride = _elementBytes;
        for (int axis = _datasetRank - 1; axis >= 0; axis--)
        {
            Hdf5Range range = axes[axis];
            long first = range.Start >= origin[axis] ? 0 : ((origin[axis] - range.Start - 1) / range.Step) + 1;
            long last = Math.Min(range.Count - 1, (origin[axis] + blockDims[axis] - 1 - range.Start) / range.Step);
            long stride = isFill ? 0 : blockStride;
            box.SourceOffset += (range.Start + (first * range.Step) - origin[axis]) * stride;
            box.TargetOffset += first * targetStride;
            box.Add(last - first + 1, range.Step * stride, targetStride);
            targetStride *= range.Count;
            blockStride *= blockDims[axis];
        }

        return box;
    }
}
