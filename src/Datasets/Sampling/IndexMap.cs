namespace Microtome.Datasets.Sampling;

/// <summary>A sequence of row numbers, by position. Immutable, safe for concurrent use, and arithmetic wherever that suffices.</summary>
public abstract class IndexMap
{
    public abstract long Length { get; }

    /// <summary>The row at a position in [0, Length).</summary>
    public abstract long this[long position] { get; }

    /// <summary>The rows from a position on, as many as fit.</summary>
    public virtual void CopyTo(long start, Span<long> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = this[start + i];
        }
    }
}
