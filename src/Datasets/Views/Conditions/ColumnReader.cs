using System.Buffers;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Views.Conditions;

/// <summary>Reads given rows of one array, in few calls: neighbours together, and rows that lie close to each other with what lies between them.</summary>
internal sealed class ColumnReader(ViewColumn column)
{
    /// <summary>How many rows may be read for one that is wanted, where that makes one call of many.</summary>
    private const int MaxWaste = 8;

    /// <summary>Memory of the texts that are looked at together: of a full block, 2,048 characters each.</summary>
    private const long MaxTogetherBytes = 64 << 20;

    /// <summary>Reads the rows into the front of the destination.</summary>
    /// <exception cref="ArrayReadException">The file does not hold what its headers promise.</exception>
    public async ValueTask ReadAsync(ReadOnlyMemory<long> rows, Memory<byte> destination, CancellationToken cancellationToken)
    {
        IArraySource source = column.Numbers!;
        int item = (int)source.Spec.RowBytes;
        for (int done = 0; done < rows.Length;)
        {
            (int count, int span) = FindRun(rows.Span[done..]);
            long first = rows.Span[done];
            Memory<byte> target = destination.Slice(done * item, count * item);
            if (span == count)
            {
                await ReadRunAsync(source, first, count, target, cancellationToken);
            }
            else
            {
                byte[] scratch = ArrayPool<byte>.Shared.Rent(span * item);
                await ReadRunAsync(source, first, span, scratch.AsMemory(0, span * item), cancellationToken);
                Pick(rows.Span.Slice(done, count), first, scratch, item, target.Span);
                ArrayPool<byte>.Shared.Return(scratch);
            }

            done += count;
        }
    }

    /// <summary>Reads the rows' texts into the front of the destination.</summary>
    /// <exception cref="ArrayReadException">The file does not hold what its headers promise.</exception>
    /// <exception cref="TextTooLongException">They are no labels or names, but take more memory than is spent on those.</exception>
    public async ValueTask ReadTextsAsync(ReadOnlyMemory<long> rows, Memory<string> destination, CancellationToken cancellationToken)
    {
        long bytes = 0;
        for (int done = 0; done < rows.Length;)
        {
            int count = 1;
            while (done + count < rows.Length && rows.Span[done + count] == rows.Span[done] + count)
            {
                count++;
            }

            int read = await column.Texts!.ReadAsync(rows.Span[done], destination.Slice(done, count), cancellationToken);
            for (int i = 0; i < read; i++)
            {
                bytes += sizeof(char) * (long)destination.Span[done + i].Length;
            }

            if (bytes > MaxTogetherBytes)
            {
                throw new TextTooLongException($"The texts of {column.Name} take more memory than a view spends on {rows.Length} rows", MaxTogetherBytes);
            }

            done += read;
        }
    }

    /// <summary>As many rows from the first on as one read brings: how many of them, and over how many rows of the array they reach.</summary>
    private static (int Count, int Span) FindRun(ReadOnlySpan<long> rows)
    {
        int count = 1;
        long reach = 1;
        for (; count < rows.Length && rows[count] >= rows[0] + reach; count++)
        {
            long next = rows[count] - rows[0] + 1;
            if (next > (count + 1L) * MaxWaste)
            {
                break;
            }

            reach = next;
        }

        return (count, (int)reach);
    }

    private static ValueTask ReadRunAsync(IArraySource source, long row, long count, Memory<byte> target, CancellationToken cancellationToken)
    {
        if (source.TryLocate(row, count, out FileRun run))
        {
            run.CopyTo(0, target.Span);
            return ValueTask.CompletedTask;
        }

        return source.ReadAsync(row, count, Region.All(source.Spec.Shape.Row), target, cancellationToken);
    }

    private static void Pick(ReadOnlySpan<long> rows, long first, ReadOnlySpan<byte> scratch, int item, Span<byte> target)
    {
        if (item == 1)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                target[i] = scratch[(int)(rows[i] - first)];
            }

            return;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            scratch.Slice((int)(rows[i] - first) * item, item).CopyTo(target[(i * item)..]);
        }
    }
}
