namespace Microtome.Datasets.Sampling;

/// <summary>Rows a fixed step apart.</summary>
public sealed class RangeMap(long start, long count, long step) : IndexMap
{
    public override long Length => count;

    /// <summary>Whether position and row are the same number.</summary>
    public bool IsIdentity => start == 0 && step == 1;

    public override long this[long position] => start + (position * step);

    public static RangeMap All(long rows) => new(0, rows, 1);
}
