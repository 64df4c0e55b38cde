using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// Says what a long reader will want next, a window ahead of it: to the system where rows lie plainly in a file, neighbours in one
/// word; to the source where they have to be decoded. Not for concurrent use.
/// </summary>
/// <param name="source">What is read.</param>
/// <param name="rows">The rows it is read in.</param>
public sealed class ReadAhead(IArraySource source, IndexMap rows)
{
    /// <summary>Enough to keep a disk busy, little enough to stay in any page cache until it is read.</summary>
    private const long WindowBytes = 8 << 20;

    /// <summary>Scattered small rows cost a word each.</summary>
    private const int MaxWords = 1024;

    private readonly long[] _scattered = new long[MaxWords];
    private readonly long _rowBytes = Math.Max(1, source.Spec.RowBytes);
    private long _asked;

    /// <summary>The reader is about to read from this position on.</summary>
    public void Advance(long position)
    {
        long window = Math.Max(1, WindowBytes / _rowBytes);
        if (_asked > position + (window / 2))
        {
            return;
        }

        long at = Math.Max(_asked, position);
        long end = Math.Min(rows.Length, position + window);
        int scattered = 0;
        for (int words = 0; at < end && words < MaxWords; words++)
        {
            long row = rows[at];
            long count = rows.CountRun(at, end - at);
            if (source.TryLocate(row, count, out FileRun run))
            {
                FileHints.WillNeed(run.File, run.Offset, run.Length);
            }
            else
            {
                // Of neighbours in chunks, one row a chunk says enough.
                count = Math.Min(count, source.Spec.ChunkRows - (row % source.Spec.ChunkRows));
                _scattered[scattered++] = row;
            }

            at += count;
        }

        _asked = at;
        source.Hint(_scattered.AsSpan(0, scattered));
    }
}
