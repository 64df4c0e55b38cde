using System.Runtime.InteropServices;

namespace Microtome.Hdf5.Layouts;

/// <summary>Collects a dataset's chunks from its index, in any order, into a compact table.</summary>
internal sealed class ChunkTableBuilder(ChunkGrid grid)
{
    /// <summary>A grid with at most this many times as many places as chunks is kept as arrays by place.</summary>
    private const int DenseFactor = 2;

    private const int AlwaysDense = 1024;

    private readonly List<Item> _items = [];
    private bool _hasMasks;
    private long _totalBytes;

    public ChunkGrid Grid { get; } = grid;

    /// <summary>Takes one chunk. One outside the array as it is now is passed over, as is one that was never written.</summary>
    public void Add(ReadOnlySpan<long> coordinates, ChunkEntry entry)
    {
        if (entry.IsMissing || !Grid.TryGetNumber(coordinates, out long number))
            return;

        if (entry.StoredBytes > uint.MaxValue)
            throw new Hdf5FormatException($"A chunk of {entry.StoredBytes} stored bytes is too large.");

        _hasMasks |= entry.FilterMask != 0;
        _totalBytes += entry.StoredBytes;
        _items.Add(new(number, entry.Address, (uint)entry.StoredBytes, entry.FilterMask));
    }

    /// <exception cref="Hdf5FormatException">The index names a chunk twice.</exception>
    public ChunkTable Build()
    {
        if (_items.Count == 0)
            return SparseChunkTable.Empty;

        return Grid.Total <= Math.Max(AlwaysDense, (long)_items.Count * DenseFactor) ? BuildDense() : BuildSparse();
    }

    private DenseChunkTable BuildDense()
    {
        long[] addresses = new long[Grid.Total];
        uint[] storedBytes = new uint[Grid.Total];
        uint[]? masks = _hasMasks ? new uint[Grid.Total] : null;
        Array.Fill(addresses, -1);
        foreach (Item item in CollectionsMarshal.AsSpan(_items))
        {
            if (addresses[item.Number] >= 0)
                throw Twice();

            addresses[item.Number] = item.Address;
            storedBytes[item.Number] = item.StoredBytes;
            if (masks is not null)
                masks[item.Number] = item.FilterMask;
        }

        return new(addresses, storedBytes, masks, _totalBytes);
    }

    private SparseChunkTable BuildSparse()
    {
        _items.Sort(static (left, right) => left.Number.CompareTo(right.Number));
        int count = _items.Count;
        long[] numbers = new long[count];
        long[] addresses = new long[count];
        uint[] storedBytes = new uint[count];
        uint[]? masks = _hasMasks ? new uint[count] : null;
        for (int i = 0; i < count; i++)
        {
            Item item = _items[i];
            if (i > 0 && numbers[i - 1] == item.Number)
                throw Twice();

            numbers[i] = item.Number;
            addresses[i] = item.Address;
            storedBytes[i] = item.StoredBytes;
            if (masks is not null)
                masks[i] = item.FilterMask;
        }

        return new(numbers, addresses, storedBytes, masks, _totalBytes);
    }

    private static Hdf5FormatException Twice() => new("The chunk index names a chunk twice.");

    private readonly record struct Item(long Number, long Address, uint StoredBytes, uint FilterMask);
}
