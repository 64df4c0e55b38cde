namespace Microtome.Datasets.Sampling;

/// <summary>A sequence of row numbers, by position. Immutable, safe for concurrent use, and arithmetic wherever that suffices.</summary>
public abstract class IndexMap
{
    public abstract long Length { get; }

    /// <summary>The row at a position in [0, Length).</summary>
    public abstract long this[long position] { get; }

    /// <summary>How many rows from a position on follow each other, each one greater than the one before: at least 1, at most <paramref name="most"/>.</summary>
    /// <param name="most">Positions that are looked at: not beyond the end.</param>
    public virtual long CountRun(long position, long most)
    {
        long row = this[position];
        long count = 1;
        while (count < most && this[position + count] == row + count)
        {
            count++;
        }

        return count;
    }

    /// <summary>The rows from a position on, as many as fit.</summary>
    public virtual void CopyTo(long start, Span<long> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = this[start + i];
        }
    }
}
