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

    /// <summary>A list as it was given.</summary>
    /// <param name="rows">Each a row of the dataset.</param>
    /// <param name="datasetRows">How many that has.</param>
    public static ViewRows Of(ReadOnlySpan<long> rows, long datasetRows)
    {
        int width = WidthFor(datasetRows);
        ulong[] words = new ulong[(((long)rows.Length * width) + sizeof(ulong) - 1) / sizeof(ulong)];
        Span<uint> narrow = MemoryMarshal.Cast<ulong, uint>(words.AsSpan());
        bool isAscending = true;
        for (int i = 0; i < rows.Length; i++)
        {
            isAscending &= i == 0 || rows[i] > rows[i - 1];
            if (width == sizeof(uint))
            {
                narrow[i] = (uint)rows[i];
            }
            else
            {
                words[i] = (ulong)rows[i];
            }
        }

        return new(new PackedRows(new HeldBytes(words, (long)rows.Length * width), width, isAscending), isAscending);
    }

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
