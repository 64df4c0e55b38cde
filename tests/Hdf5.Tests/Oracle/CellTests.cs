namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>Every cell of layout, index, rank, growth, filter, type and format version that h5py writes, against what it reads.</summary>
public sealed class CellTests(Cells cells, ITestOutputHelper output) : IClassFixture<Cells>
{
    private const int Selections = 300;

    [Fact]
    public async Task Every_cell_reads_whole_as_h5py_reads_it()
    {
        List<string> wrong = [];
        foreach (Cells.Cell cell in cells.All)
        {
            if (cell.Dataset?.ElementType?.Name != cell.Dtype || !cell.Dataset.Shape.SequenceEqual(cell.Shape))
            {
                wrong.Add($"{cell.Name} is {cell.Dataset?.ElementType} [{string.Join(',', cell.Dataset?.Shape ?? [])}], not {cell.Dtype}: {cell.Dataset?.Reason}");
                continue;
            }

            byte[] read = new byte[cell.Expected.Length];
            Hdf5Range[] all = [.. cell.Shape.Select(Hdf5Range.All)];
            await cell.Dataset.ReadAsync(all, read, TestContext.Current.CancellationToken);
            if (!read.AsSpan().SequenceEqual(cell.Expected.Span))
                wrong.Add($"{cell.Name} {cell.Dataset.ChunkIndex} {cell.Dtype} [{string.Join(',', cell.Shape)}] {string.Join(',', cell.Dataset.Filters.Select(filter => filter.Id))}");
        }

        string kinds = string.Join(", ", cells.All.GroupBy(cell => cell.Dataset?.ChunkIndex ?? cell.Dataset?.Layout).Select(group => $"{group.Count()} {group.Key}"));
        output.WriteLine($"{cells.All.Count} cells: {kinds}");
        wrong.ForEach(output.WriteLine);
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Random_strided_boxes_of_every_cell_are_those_of_the_whole()
    {
        var random = new Random(5);
        byte[] buffer = new byte[1 << 16];
        foreach (Cells.Cell cell in cells.All)
        {
            for (int i = 0; i < Selections && cell.Dataset?.ElementType is not null && cell.Shape.Length > 0 && !cell.Shape.Contains(0); i++)
            {
                Hdf5Range[] selection = [.. cell.Shape.Select(length => RandomRange(random, length))];
                int size = cell.Dataset!.ElementType!.Bytes;
                Memory<byte> read = buffer.AsMemory(0, (int)(selection.Aggregate(1L, (count, range) => count * range.Count) * size));
                read.Span.Fill(0xa5);
                await cell.Dataset.ReadAsync(selection, read, TestContext.Current.CancellationToken);
                if (!IsSelection(selection, cell, size, read.Span))
                    Assert.Fail($"{cell.Name} {string.Join(' ', selection)}");
            }
        }
    }

    private static Hdf5Range RandomRange(Random random, long length)
    {
        if (random.Next(4) == 0)
            return Hdf5Range.All(length);

        long start = random.NextInt64(length);
        long step = random.Next(3) == 0 ? random.NextInt64(1, length + 1) : 1;
        return new(start, random.NextInt64(0, ((length - 1 - start) / step) + 2), step);
    }

    /// <summary>Element by element, with none of the reader's arithmetic.</summary>
    private static bool IsSelection(Hdf5Range[] selection, Cells.Cell cell, int size, ReadOnlySpan<byte> read)
    {
        long count = selection.Aggregate(1L, (product, range) => product * range.Count);
        for (long i = 0; i < count; i++)
        {
            long rest = i;
            long place = 0;
            long stride = 1;
            for (int axis = selection.Length - 1; axis >= 0; axis--)
            {
                place += (selection[axis].Start + (rest % selection[axis].Count * selection[axis].Step)) * stride;
                rest /= selection[axis].Count;
                stride *= cell.Shape[axis];
            }

            if (!read.Slice((int)i * size, size).SequenceEqual(cell.Expected.Span.Slice((int)place * size, size)))
                return false;
        }

        return true;
    }
}
