using System.Globalization;
using System.Runtime.CompilerServices;

namespace Microtome.Datasets.Sampling;

/// <summary>
/// <c>window.v1</c>: shuffles chunks, then the rows within each window of W chunks, so that a reader needs W chunks at a time. A
/// pure function of (seed, epoch, n, rows a chunk, W) in O(1) memory; published, so it never changes (<c>window.v1.txt</c>).
/// <para>
/// <b>Chunks.</b> C = ⌈n/c⌉ chunks of c rows, the last one short where c does not divide n. The order of chunks is
/// <see cref="Permutation"/> (perm.v1) of C with the purpose <c>window.chunks</c>, the short one among them.
/// </para>
/// <para>
/// <b>Windows.</b> Window k holds the chunks at the places [kW, (k+1)W) of that order, one behind the other. Its m rows are visited
/// in the order of perm.v1 of m with the purpose <c>window.rows k</c> (k in decimal).
/// </para>
/// Immutable but for a remembered window; safe for concurrent use.
/// </summary>
public sealed class WindowPermutation : IndexMap
{
    private readonly ulong _seed;
    private readonly ulong _epoch;
    private readonly long _chunkRows;
    private readonly long _chunkCount;
    private readonly long _windowRows;
    private readonly long _missing;
    private readonly long _shortPlace;
    private readonly long _shortWindow;
    private readonly Permutation _chunks;

    /// <summary>The window that was used last: most neighbours of a position are in it. Swapped whole.</summary>
    private StrongBox<Window>? _last;

    /// <param name="length">How many rows, at most 2^62.</param>
    /// <param name="chunkRows">Rows of a whole chunk, at least 1.</param>
    /// <param name="window">Chunks of a window, at least 1.</param>
    /// <param name="seed">Any.</param>
    /// <param name="epoch">Any.</param>
    public WindowPermutation(long length, long chunkRows, long window, ulong seed, ulong epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        Length = length;
        _seed = seed;
        _epoch = epoch;
        _chunkRows = Math.Min(chunkRows, Math.Max(1, length));
        _chunkCount = length == 0 ? 0 : ((length - 1) / _chunkRows) + 1;
        WindowChunks = Math.Min(window, Math.Max(1, _chunkCount));
        _windowRows = WindowChunks * _chunkRows;
        _missing = (_chunkCount * _chunkRows) - length;
        _chunks = new(_chunkCount, seed, epoch, "window.chunks");
        _shortPlace = _missing > 0 ? _chunks.PositionOf(_chunkCount - 1) : _chunkCount;
        _shortWindow = _shortPlace / WindowChunks;
    }

    public override long Length { get; }

    /// <summary>Chunks of a window; no more than there are.</summary>
    public long WindowChunks { get; }

    public override long this[long position]
    {
        get
        {
            StrongBox<Window> window = _last is { } last && last.Value.Holds(position) ? last : _last = new(Open(position));
            return RowAt(window.Value.FirstPlace, window.Value.Rows[position - window.Value.Start]);
        }
    }

    public override void CopyTo(long start, Span<long> rows)
    {
        while (!rows.IsEmpty)
        {
            Window window = Open(start);
            int count = (int)Math.Min(rows.Length, window.End - start);
            window.Rows.CopyTo(start - window.Start, rows[..count]);
            foreach (ref long row in rows[..count])
            {
                row = RowAt(window.FirstPlace, row);
            }

            start += count;
            rows = rows[count..];
        }
    }

    /// <summary>The window that holds a position.</summary>
    private Window Open(long position)
    {
        // Behind the short chunk's window every place is nearer to the start by the rows that it lacks.
        long reach = ((_shortWindow + 1) * _windowRows) - _missing;
        long number = (_missing > 0 && position >= reach ? position + _missing : position) / _windowRows;
        long start = (number * _windowRows) - (number > _shortWindow ? _missing : 0);
        long chunks = Math.Min(WindowChunks, _chunkCount - (number * WindowChunks));
        long rows = (chunks * _chunkRows) - (number == _shortWindow && _missing > 0 ? _missing : 0);
        return new(number * WindowChunks, start, start + rows, RowsOf(number, rows, _seed, _epoch));
    }

    /// <summary>The order of a window's rows.</summary>
    private static PermutationRounds RowsOf(long number, long rows, ulong seed, ulong epoch)
    {
        Span<char> purpose = stackalloc char[32];
        purpose.TryWrite(CultureInfo.InvariantCulture, $"window.rows {number}", out int length);
        return new(rows, seed, epoch, purpose[..length]);
    }

    /// <summary>The row at a place within a window whose chunks begin at <paramref name="firstPlace"/> of their order.</summary>
    private long RowAt(long firstPlace, long within)
    {
        long place = firstPlace + (within / _chunkRows);
        if (place >= _shortPlace)
        {
            // The short chunk, or one behind it: count as if it were whole.
            long beyond = within - ((_shortPlace - firstPlace) * _chunkRows);
            if (_shortPlace >= firstPlace && beyond >= _chunkRows - _missing)
            {
                within += _missing;
                place = firstPlace + (within / _chunkRows);
            }
        }

        return (_chunks[place] * _chunkRows) + (within % _chunkRows);
    }

    /// <summary>A window's positions, [Start, End), and where its chunks begin in their order.</summary>
    private readonly struct Window(long firstPlace, long start, long end, PermutationRounds rows)
    {
        public readonly long FirstPlace = firstPlace;
        public readonly long Start = start;
        public readonly long End = end;
        public readonly PermutationRounds Rows = rows;

        public bool Holds(long position) => position >= Start && position < End;
    }
}
