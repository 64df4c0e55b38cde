namespace Microtome.Datasets.Sampling;

public abstract class IndexMap
{
    public abstract long Length { get; }

    public abstract long this[long position] { get; }

    public abstract void CopyTo(long start, Span<long> rows);
}
