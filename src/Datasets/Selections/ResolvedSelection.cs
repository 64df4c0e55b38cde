using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Selections;

/// <summary>A selection held against an array: its rows, the box read of each row, a row's shape as sent, and whether axis 0 is kept.</summary>
public sealed record ResolvedSelection(IndexMap Rows, Region Inner, Shape Row, bool KeepsRows)
{
    /// <summary>The shape that NumPy's indexing would give.</summary>
    public Shape Shape => KeepsRows ? Row.WithLeading(Rows.Length) : Row;
}
