using System.Runtime.InteropServices;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views.Errors;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Evaluation;

/// <summary>One evaluation of one operation: what it reads from, the memory that it may take, and its end. Used once.</summary>
/// <param name="source">The dataset.</param>
/// <param name="text">The expression, for errors.</param>
/// <param name="maxBytes">The most that one table may take.</param>
/// <param name="cancellation">Ends the evaluation between two blocks of rows.</param>
internal sealed class ViewEvaluation(ViewSource source, string text, long maxBytes, CancellationToken cancellation)
{
    /// <summary>Rows that are copied together.</summary>
    private const int BlockRows = 4096;

    public ViewSource Source => source;

    public string Text => text;

    public CancellationToken Cancellation => cancellation;

    /// <exception cref="ViewTooLargeException">The table would be larger than one may be.</exception>
    public PositionBits NewBits(long length)
    {
        Reserve(PositionBits.BytesFor(length), length, 8);
        return new(length);
    }

    /// <summary>Refuses a table of <paramref name="bytes"/> for so many rows, of which one byte holds <paramref name="rowsPerByte"/>.</summary>
    /// <exception cref="ViewTooLargeException">It would be larger than one may be.</exception>
    public void Reserve(long bytes, long rows, int rowsPerByte)
    {
        if (bytes > maxBytes)
        {
            throw new ViewTooLargeException($"The view goes over {rows} rows and needs {bytes} bytes of memory (Microtome:Limits:MemoryBudgetBytes sets the limit).")
            {
                Limit = maxBytes * rowsPerByte,
                Unit = "rows",
            };
        }
    }

    /// <summary>The classes of the rows; one class of all where <paramref name="by"/> is null.</summary>
    /// <exception cref="ViewException">The array cannot be used so, or has too many classes.</exception>
    public ValueTask<RowClasses> ClassifyAsync(ViewRows rows, string? by, int position) =>
        by is null ? new(RowClasses.One(rows.Map.Length)) : ClassColumn.ReadAsync(this, rows.Map, by, position);

    /// <summary>The rows at the given positions, in the smallest form: a bitmap over the dataset, or a list.</summary>
    public ViewRows Keep(ViewRows rows, PositionBits ranks)
    {
        long count = ranks.Count();
        if (count == 0)
        {
            return new(new RangeMap(0, 0, 1), IsAscending: true);
        }

        int width = PackedRows.WidthFor(source.Rows);
        bool isBitmap = rows.IsAscending && PositionBits.BytesFor(source.Rows) <= count * width;
        if (!isBitmap)
        {
            return new(Pack(rows, ranks, count, width), rows.IsAscending);
        }

        bool isAll = rows.Map is RangeMap { IsIdentity: true } && rows.Map.Length == source.Rows;
        PositionBits bits = isAll ? ranks : Spread(rows.Map, ranks);
        return new(new BitmapRows(new HeldBytes(bits.Words, bits.Words.LongLength * sizeof(ulong))), IsAscending: true);
    }

    private PackedRows Pack(ViewRows rows, PositionBits ranks, long count, int width)
    {
        Reserve(count * width, count, 1);
        ulong[] words = new ulong[((count * width) + sizeof(ulong) - 1) / sizeof(ulong)];
        Span<uint> narrow = MemoryMarshal.Cast<ulong, uint>(words.AsSpan());
        int at = 0;
        foreach (long row in Select(rows.Map, ranks))
        {
            if (width == sizeof(uint))
            {
                narrow[at++] = (uint)row;
            }
            else
            {
                words[at++] = (ulong)row;
            }
        }

        return new(new HeldBytes(words, count * width), width, rows.IsAscending);
    }

    private PositionBits Spread(IndexMap map, PositionBits ranks)
    {
        PositionBits bits = NewBits(source.Rows);
        foreach (long row in Select(map, ranks))
        {
            bits.Set(row);
        }

        return bits;
    }

    private IEnumerable<long> Select(IndexMap map, PositionBits ranks)
    {
        long[] block = new long[BlockRows];
        for (long done = 0; done < map.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(BlockRows, map.Length - done);
            map.CopyTo(done, block.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                if (ranks[done + i])
                {
                    yield return block[i];
                }
            }

            done += count;
        }
    }
}
