namespace Microtome.Datasets.Sampling;

/// <summary>The rows of one map in the order in which another visits their positions.</summary>
public sealed class ComposedMap(IndexMap view, IndexMap order) : IndexMap
{
    public override long Length => order.Length;

    public override long this[long position] => view[order[position]];

    public override void CopyTo(long start, Span<long> rows)
    {
        order.CopyTo(start, rows);
        foreach (ref long row in rows)
        {
            row = view[row];
        }
    }

    /// <summary>The same, without a second call a row where the view is all rows, as it mostly is.</summary>
    public static IndexMap Of(IndexMap view, IndexMap order) => view is RangeMap { IsIdentity: true } ? order : new ComposedMap(view, order);
}
