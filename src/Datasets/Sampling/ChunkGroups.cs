namespace Microtome.Datasets.Sampling;

/// <summary>
/// A view's positions grouped by the chunk that their rows lie in, chunks in the file's order, positions of a chunk in theirs. For
/// ascending rows one number a chunk that has any; for others the positions as well. Immutable.
/// </summary>
public sealed class ChunkGroups
{
    /// <summary>Rows that are looked at together.</summary>
    private const int BlockRows = 4096;

    private readonly long[] _starts;
    private readonly int[]? _positions;

    private ChunkGroups(long[] starts, int[]? positions)
    {
        _starts = starts;
        _positions = positions;
    }

    /// <summary>Chunks that hold a row of the view.</summary>
    public long Count => _starts.LongLength - 1;

    /// <summary>Bytes of memory that the table takes.</summary>
    public long MemoryBytes => (_starts.LongLength * sizeof(long)) + ((_positions?.LongLength ?? 0) * sizeof(int));

    /// <param name="view">The rows.</param>
    /// <param name="isAscending">Whether each is larger than the one before it.</param>
    /// <param name="chunkRows">Rows of a chunk.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static ChunkGroups Of(IndexMap view, bool isAscending, long chunkRows, CancellationToken cancellationToken)
    {
        int[]? positions = null;
        long[]? chunks = null;
        if (!isAscending)
        {
            positions = new int[view.Length];
            chunks = new long[view.Length];
        }

        List<long> starts = [];
        long[] rows = new long[BlockRows];
        long last = -1;
        for (long done = 0; done < view.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(BlockRows, view.Length - done);
            view.CopyTo(done, rows.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                long chunk = rows[i] / chunkRows;
                if (chunks is not null)
                {
                    chunks[done + i] = chunk;
                    positions![done + i] = (int)(done + i);
                }
                else if (chunk != last)
                {
                    starts.Add(done + i);
                    last = chunk;
                }
            }

            done += count;
        }

        if (chunks is not null)
        {
            Group(chunks, positions!, starts);
        }

        starts.Add(view.Length);
        return new([.. starts], positions);
    }

    /// <summary>How many of the view's rows lie in a chunk.</summary>
    public long SizeOf(long group) => _starts[group + 1] - _starts[group];

    /// <summary>The view's position of a row of a chunk, by its number within the chunk.</summary>
    public long PositionAt(long group, long within) => _positions is null ? _starts[group] + within : _positions[_starts[group] + within];

    private static void Group(long[] chunks, int[] positions, List<long> starts)
    {
        Array.Sort(chunks, positions);
        for (int start = 0; start < chunks.Length;)
        {
            int end = start + 1;
            while (end < chunks.Length && chunks[end] == chunks[start])
            {
                end++;
            }

            starts.Add(start);
            positions.AsSpan(start, end - start).Sort(); // Equal keys came out in any order.
            start = end;
        }
    }
}
