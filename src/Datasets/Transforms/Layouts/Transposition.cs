using System.Runtime.InteropServices;

namespace Microtome.Datasets.Transforms.Layouts;

/// <summary>Moves the elements of a matrix: row r, column k of the source becomes row k, column r of the destination. The dtype does
/// not matter, only its size.</summary>
internal abstract class Transposition
{
    public static Transposition Of(int elementSize) => elementSize switch
    {
        1 => new ByteTransposition(),
        2 => new TiledTransposition<ushort>(),
        4 => new TiledTransposition<uint>(),
        8 => new TiledTransposition<ulong>(),
        _ => new TiledTransposition<UInt128>(),
    };

    /// <param name="source">From the first element of the matrix to its last, rows <paramref name="sourceStride"/> elements apart.</param>
    /// <param name="sourceStride">In elements, at least <paramref name="columns"/>.</param>
    /// <param name="destination">From the first element to the last, rows <paramref name="destinationStride"/> elements apart.</param>
    /// <param name="destinationStride">In elements, at least <paramref name="rows"/>.</param>
    /// <param name="rows">Of the source.</param>
    /// <param name="columns">Of the source.</param>
    public abstract void Run(ReadOnlySpan<byte> source, int sourceStride, Span<byte> destination, int destinationStride, int rows, int columns);
}

/// <summary>Tile by tile, so that neither side's cache lines are fetched twice.</summary>
internal class TiledTransposition<T> : Transposition
    where T : unmanaged
{
    private const int TileRows = 32;
    private const int TileColumns = 16;

    public sealed override void Run(ReadOnlySpan<byte> source, int sourceStride, Span<byte> destination, int destinationStride, int rows, int columns)
    {
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(source);
        Span<T> to = MemoryMarshal.Cast<byte, T>(destination);
        if (rows == 0 || columns == 0)
        {
            return;
        }

        if (columns == 1 && sourceStride == 1)
        {
            from[..rows].CopyTo(to);
            return;
        }

        (int doneRows, int doneColumns) = RunVectors(from, sourceStride, to, destinationStride, rows, columns);
        for (int top = 0; top < rows; top += TileRows)
        {
            int bottom = Math.Min(rows - top, TileRows) + top;
            for (int left = top < doneRows ? doneColumns : 0; left < columns; left += TileColumns)
            {
                RunTile(from, sourceStride, to, destinationStride, (top, bottom), (left, Math.Min(columns - left, TileColumns) + left));
            }
        }
    }

    /// <summary>Moves what vectors can: a multiple of a tile's rows in all columns, or all rows in some columns; says how much.</summary>
    protected virtual (int Rows, int Columns) RunVectors(ReadOnlySpan<T> from, int fromStride, Span<T> to, int toStride, int rows, int columns) => (0, 0);

    private static void RunTile(ReadOnlySpan<T> from, int fromStride, Span<T> to, int toStride, (int Start, int End) rows, (int Start, int End) columns)
    {
        for (int column = columns.Start; column < columns.End; column++)
        {
            Span<T> line = to.Slice((column * toStride) + rows.Start, rows.End - rows.Start);
            int at = (rows.Start * fromStride) + column;
            for (int i = 0; i < line.Length; i++)
            {
                line[i] = from[at];
                at += fromStride;
            }
        }
    }
}
