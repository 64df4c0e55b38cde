using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Views.Rows;

/// <summary>The rows of a view, and whether each is larger than the one before it, as all are that come of operations alone.</summary>
public readonly record struct ViewRows(IndexMap Map, bool IsAscending)
{
    /// <summary>Every row of a dataset.</summary>
    public static ViewRows All(long rows) => new(RangeMap.All(rows), IsAscending: true);

    /// <summary>Bytes of memory that the rows take: none where they are arithmetic.</summary>
    internal long MemoryBytes => Map switch
    {
        BitmapRows bitmap => bitmap.MemoryBytes,
        PackedRows list => list.Bytes.MemoryBytes,
        _ => 0,
    };

    /// <summary>Every <paramref name="step"/>th row from a position on.</summary>
    public ViewRows Slice(long start, long count, long step) => Map is RangeMap range
        ? new(range.Slice(start, count, step), IsAscending)
        : new(new SlicedMap(Map, start, count, step), IsAscending);
}
