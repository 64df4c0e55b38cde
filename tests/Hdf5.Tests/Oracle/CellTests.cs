using System.Collections.Concurrent;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>
/// Every cell of layout, index, rank, growth, filter, type and superblock that h5py writes, against what it reads: whole, and by
/// 300 random selections each.
/// </summary>
public sealed class CellTests(Cells cells, ITestOutputHelper output) : IClassFixture<Cells>
{
    private const int Selections = 300;
    private const int MostTexts = 12;

    /// <summary>Each kind of chunk index is there for every rank that can have it: no axis but several can be unlimited in a v2 B-tree.</summary>
    [Fact]
    public void No_cell_is_missing()
    {
        string[] indexes = ["v1-btree", "single", "implicit", "fixed-array", "extensible-array", "v2-btree"];
        var missing = from index in indexes
                      from rank in Enumerable.Range(1, 4)
                      where (index, rank) is not ("v2-btree", 1)
                      where !cells.All.Any(cell => cell.Shape.Length == rank && cell.Dataset?.ChunkIndex == index)
                      select $"{index} of rank {rank}";
        Assert.Empty(missing);
        foreach (IGrouping<string?, Cells.Cell> kind in cells.All.GroupBy(cell => cell.Dataset?.ChunkIndex ?? cell.Dataset?.Layout))
        {
            output.WriteLine($"{kind.Count(),6} {kind.Key}: {kind.Select(cell => cell.Dtype).Distinct().Count()} types, "
                + $"{kind.Select(cell => string.Join('+', cell.Dataset!.Filters.Select(filter => filter.Id))).Distinct().Count()} filter pipelines");
        }

        output.WriteLine($"{cells.All.Count,6} cells, {Selections} selections each");
    }

    [Fact]
    public async Task Every_cell_reads_whole_as_h5py_reads_it()
    {
        List<string> wrong = [];
        foreach (Cells.Cell cell in cells.All)
        {
            if (!cell.IsListed || !await IsWholeAsync(cell))
                wrong.Add(cell.ToString());
        }

        wrong.ForEach(output.WriteLine);
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Random_strided_boxes_of_every_cell_are_those_of_the_whole()
    {
        ConcurrentBag<string> wrong = [];
        IEnumerable<(Cells.Cell, int)> seeded = cells.All.Where(cell => cell.IsListed && cell.Count > 0).Select((cell, number) => (cell, number));
        await Parallel.ForEachAsync(seeded, TestContext.Current.CancellationToken, async (item, _) =>
        {
            (Cells.Cell cell, int seed) = item;
            string? selection = await (cell.IsText ? FindWrongTextsAsync(cell, new(seed)) : FindWrongBoxAsync(cell, new(seed)));
            if (selection is not null)
                wrong.Add($"{cell.Name} {selection}");
        });
        Assert.Empty(wrong);
    }

    private static async Task<bool> IsWholeAsync(Cells.Cell cell)
    {
        if (cell.IsText)
        {
            string[] texts = await cell.Dataset!.ReadStringsAsync(0, cell.Count, TestContext.Current.CancellationToken);
            return texts.SequenceEqual(cell.ExpectedTexts);
        }

        byte[] read = new byte[cell.Expected.Length];
        Hdf5Range[] all = [.. cell.Shape.Select(length => Hdf5Range.All(length))];
        await cell.Dataset!.ReadAsync(all, read, TestContext.Current.CancellationToken);
        return read.AsSpan().SequenceEqual(cell.Expected.Span);
    }

    private static async Task<string?> FindWrongTextsAsync(Cells.Cell cell, Random random)
    {
        string[] all = cell.ExpectedTexts;
        for (int i = 0; i < Selections; i++)
        {
            int start = random.Next(all.Length + 1);
            int count = random.Next(Math.Min(MostTexts, all.Length - start) + 1);
            string[] read = await cell.Dataset!.ReadStringsAsync(start, count, TestContext.Current.CancellationToken);
            if (!read.SequenceEqual(all.Skip(start).Take(count)))
                return $"{count} from {start}";
        }

        return null;
    }

    private static async Task<string?> FindWrongBoxAsync(Cells.Cell cell, Random random)
    {
        int size = cell.Dataset!.ElementType!.Bytes;
        byte[] buffer = new byte[cell.Expected.Length];
        for (int i = 0; i < Selections; i++)
        {
            Hdf5Range[] selection = [.. cell.Shape.Select(length => RandomRange(random, length))];
            Memory<byte> read = buffer.AsMemory(0, (int)selection.Aggregate(1L, (count, range) => count * range.Count) * size);
            read.Span.Fill(0xa5);
            await cell.Dataset.ReadAsync(selection, read, TestContext.Current.CancellationToken);
            if (!IsBox(selection, cell.Shape, cell.Expected.Span, read.Span, size, out ReadOnlySpan<byte> rest) || !rest.IsEmpty)
                return string.Join(' ', selection);
        }

        return null;
    }

    private static Hdf5Range RandomRange(Random random, long length)
    {
        if (random.Next(4) == 0)
            return Hdf5Range.All(length);

        long start = random.NextInt64(length);
        long step = random.Next(3) == 0 ? random.NextInt64(1, length + 1) : 1;
        return new(start, random.NextInt64(0, ((length - 1 - start) / step) + 2), step);
    }

    /// <summary>Axis by axis, with none of the reader's arithmetic. <paramref name="rest"/> is what was not needed of the bytes read.</summary>
    private static bool IsBox(
        ReadOnlySpan<Hdf5Range> selection, ReadOnlySpan<int> shape, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> read, int size, out ReadOnlySpan<byte> rest)
    {
        rest = read;
        if (selection.IsEmpty)
        {
            rest = read[size..];
            return read[..size].SequenceEqual(whole);
        }

        int part = whole.Length / shape[0];
        if (selection is [{ Step: 1 } run])
        {
            int bytes = (int)run.Count * size;
            rest = read[bytes..];
            return read[..bytes].SequenceEqual(whole.Slice((int)run.Start * part, bytes));
        }

        for (long i = 0, at = selection[0].Start; i < selection[0].Count; i++, at += selection[0].Step)
        {
            if (!IsBox(selection[1..], shape[1..], whole.Slice((int)at * part, part), rest, size, out rest))
                return false;
        }

        return true;
    }
}
