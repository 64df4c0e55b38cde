namespace Microtome.Datasets.Sampling;

/// <summary>Some rows of another map, a fixed number of positions apart.</summary>
public sealed class SlicedMap(IndexMap map, long first, long count, long step) : IndexMap
{
    public override long Length => count;

    public override long this[long position] => map[first + (position * step)];

    public override void CopyTo(long start, Span<long> rows)
    {
        if (step == 1)
        {
            map.CopyTo(first + start, rows);
            return;
        }

        base.CopyTo(start, rows);
    }
}
