using System.Runtime.InteropServices;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Views.Rows;

/// <summary>Rows in any order, 4 bytes each where the dataset has less than 2^32 of them, else 8.</summary>
internal sealed class PackedRows(RowBytes bytes, int width, bool isAscending) : IndexMap
{
    public override long Length => bytes.Length / width;

    /// <summary>Bytes of a row number: 4 or 8.</summary>
    public int Width => width;

    /// <summary>Whether every row is larger than the one before it.</summary>
    public bool IsAscending => isAscending;

    public RowBytes Bytes => bytes;

    public override long this[long position]
    {
        get
        {
            long row = 0;
            bytes.Read(position * width, MemoryMarshal.AsBytes(new Span<long>(ref row))[..width]);
            return row;
        }
    }

    /// <summary>The bytes that a row number of a dataset takes.</summary>
    public static int WidthFor(long datasetRows) => datasetRows <= 1L << 32 ? sizeof(uint) : sizeof(long);

    public override void CopyTo(long start, Span<long> rows)
    {
        Span<byte> target = MemoryMarshal.AsBytes(rows);
        if (width == sizeof(long))
        {
            bytes.Read(start * width, target);
            return;
        }

        // The narrow numbers go into the second half of the room, from where each is widened forwards without being overwritten.
        Span<uint> narrow = MemoryMarshal.Cast<byte, uint>(target[(target.Length / 2)..]);
        bytes.Read(start * width, MemoryMarshal.AsBytes(narrow));
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = narrow[i];
        }
    }
}
