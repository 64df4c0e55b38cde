namespace Microtome.Datasets.Sampling;

/// <summary>Rows a fixed step apart.</summary>
public sealed class RangeMap(long start, long count, long step) : IndexMap
{
    public override long Length => count;

    /// <summary>Whether position and row are the same number.</summary>
    public bool IsIdentity => start == 0 && step == 1;

    public override long this[long position] => start + (position * step);

    public override long CountRun(long position, long most) => step == 1 ? most : 1;

    /// <summary>Some of these rows, a fixed step apart.</summary>
    public RangeMap Slice(long from, long length, long stride) => length <= 1 ? new(start + (from * step), length, 1) : new(start + (from * step), length, step * stride);

    public static RangeMap All(long rows) => new(0, rows, 1);
}
