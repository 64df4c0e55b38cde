using System.Globalization;

namespace Microtome.Datasets.Sampling;

/// <summary>
/// <c>window.v1</c> over the chunks that a view has rows in: as <see cref="WindowPermutation"/>, where C is the number of such
/// chunks and a window's rows are those of the view in its chunks, one chunk behind the other. Over all rows it is the same order.
/// Positions of the view by position of the order. One number a window is kept, and the chunks of the window used last. Safe for
/// concurrent use.
/// </summary>
public sealed class GroupedWindows : IndexMap
{
    private readonly ChunkGroups _groups;
    private readonly long _windowChunks;
    private readonly ulong _seed;
    private readonly ulong _epoch;
    private readonly Permutation _chunks;
    private readonly long[] _starts;

    /// <summary>The window that was used last: most neighbours of a position are in it. Swapped whole.</summary>
    private Window? _last;

    /// <param name="groups">The view's rows by chunk.</param>
    /// <param name="window">Chunks of a window, at least 1.</param>
    /// <param name="seed">Any.</param>
    /// <param name="epoch">Any.</param>
    public GroupedWindows(ChunkGroups groups, long window, ulong seed, ulong epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        _groups = groups;
        _windowChunks = Math.Min(window, Math.Max(1, groups.Count));
        _seed = seed;
        _epoch = epoch;
        _chunks = new(groups.Count, seed, epoch, "window.chunks");
        _starts = new long[((groups.Count + _windowChunks - 1) / _windowChunks) + 1];
        for (long place = 0; place < groups.Count; place++)
        {
            _starts[(place / _windowChunks) + 1] += groups.SizeOf(_chunks[place]);
        }

        for (int i = 1; i < _starts.Length; i++)
        {
            _starts[i] += _starts[i - 1];
        }
    }

    public override long Length => _starts[^1];

    /// <summary>Bytes of memory that this takes beside the groups.</summary>
    public long MemoryBytes => (_starts.LongLength + (3 * _windowChunks)) * sizeof(long);

    public override long this[long position]
    {
        get
        {
            Window window = _last is { } last && position >= last.Start && position < last.Start + last.Rows.Length ? last : Open(position);
            long within = window.Rows[position - window.Start];
            int at = Find(window.Before, within);
            return _groups.PositionAt(window.Chunks[at], within - window.Before[at]);
        }
    }

    /// <summary>The last place whose number is not above <paramref name="value"/>; numbers ascend from 0, and no two are the same but at the end.</summary>
    private static int Find(long[] numbers, long value)
    {
        int found = Array.BinarySearch(numbers, value);
        return found >= 0 ? found : ~found - 1;
    }

    private Window Open(long position)
    {
        int number = Find(_starts, position);
        long first = number * _windowChunks;
        long count = Math.Min(_windowChunks, _groups.Count - first);
        long[] chunks = new long[count];
        long[] before = new long[count];
        long rows = 0;
        for (long i = 0; i < count; i++)
        {
            chunks[i] = _chunks[first + i];
            before[i] = rows;
            rows += _groups.SizeOf(chunks[i]);
        }

        string purpose = string.Create(CultureInfo.InvariantCulture, $"window.rows {number}");
        Window window = new(_starts[number], chunks, before, new(rows, _seed, _epoch, purpose));
        _last = window;
        return window;
    }

    private sealed record Window(long Start, long[] Chunks, long[] Before, Permutation Rows);
}
