using System.Buffers;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// Rows of a stored array as they are: straight from the file where they lie there plainly, neighbours in one run; otherwise
/// read through the source into the answer's own memory, in bounded pieces.
/// </summary>
public sealed class StoredArray(string name, IArraySource source, IndexMap rows, RowSlice slice, Shape shape)
    : BatchArray(name, source.Spec.Dtype, shape)
{
    /// <summary>Small rows that follow each other are read together, up to this.</summary>
    private const int BlockBytes = 64 * 1024;

    /// <summary>Of rows that are no plain bytes of a file, how much is read before an answer begins: what is sent at first.</summary>
    private const int FirstBytes = 64 * 1024;

    /// <summary>Boxes scattered over larger rows than this are not brought into memory by the row: most of it would not be needed.</summary>
    private const long LargestScattered = 1 << 20;

    /// <summary>Rows of a window whose chunks are decoded ahead.</summary>
    private const int MostHinted = 4096;

    private long _nearFrom;
    private long _nearTo;
    private KeptBytes _first;

    /// <summary>Whether the rows lie plainly in a file that was in memory when it was last looked for.</summary>
    public override bool IsAtHand => Bytes == 0 || (!source.MustDecode && TryLocate(0, 1, out FileRun run) && !FileWarmth.Of(run.File).IsCold);

    /// <summary>Plain rows are brought into memory, a window of them; of others the first are read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> PrepareAsync(int room, ReadAdmission reads, CancellationToken cancellationToken)
    {
        if (Bytes == 0)
        {
            return 0;
        }

        (_nearFrom, _nearTo) = (0, await reads.OutsideAsync(BringAsync(0, Bytes)));
        int count = CountFirst();
        if ((!source.MustDecode && TryLocate(0, 1, out _)) || count > room)
        {
            return 0;
        }

        KeptBytes first = KeptBytes.Rent(count);
        await ReadAsync(0, first.Memory, cancellationToken);
        _first = first;
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(BatchBody body, CancellationToken cancellationToken)
    {
        ByteWindow wanted = body.Claim(Bytes);
        long at = wanted.Start;
        long end = wanted.Start + wanted.Length;
        while (at < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_first.CountFrom(at, end) is > 0 and var kept)
            {
                Memory<byte> room = await body.GetMemoryAsync(kept, cancellationToken);
                _first.Take(at, room.Span);
                body.Advance(kept);
                at += kept;
                continue;
            }

            if (!IsNear(at))
            {
                (_nearFrom, _nearTo) = (at, await body.OutsideAsync(BringAsync(at, end)));
            }

            if (TryLocate(at, Math.Min(end, _nearTo), out FileRun run))
            {
                await body.WriteRunAsync(run, cancellationToken);
                at += run.Length;
                continue;
            }

            Block block = BlockAt(at, end);
            int count = (int)(Math.Min(block.End, end) - at);
            Memory<byte> target = await body.GetMemoryAsync(count, cancellationToken);
            await ReadPartAsync(block, at, target, cancellationToken);
            body.Advance(count);
            at += count;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask ReadAsync(long start, Memory<byte> destination, CancellationToken cancellationToken)
    {
        long end = start + destination.Length;
        while (start < end)
        {
            int count = _first.CountFrom(start, end);
            if (count > 0)
            {
                _first.Take(start, destination.Span[..count]);
                destination = destination[count..];
                start += count;
                continue;
            }

            if (!IsNear(start))
            {
                (_nearFrom, _nearTo) = (start, await BringAsync(start, Bytes));
            }

            if (TryLocate(start, end, out FileRun run) && TryCopy(run, start, destination.Span))
            {
                count = (int)run.Length;
            }
            else
            {
                Block block = BlockAt(start, end);
                count = (int)(Math.Min(block.End, end) - start);
                await ReadPartAsync(block, start, destination[..count], cancellationToken);
            }

            destination = destination[count..];
            start += count;
        }
    }

    /// <summary>Asks for the rows ahead of reading them, where they lie plainly in a file but not in memory.</summary>
    internal void Hint() => ColdRows.Hint(this, 0, Bytes);

    internal bool IsOneRow(long at, long end) => at / slice.Bytes == (end - 1) / slice.Bytes;

    /// <summary>Where the next bytes lie in a file that are worth having in memory, and up to where in the array as sent that goes.</summary>
    internal bool TryLocateNear(long at, long end, out FileRun run, out long next)
    {
        if (TryLocate(at, end, out run))
        {
            next = at + run.Length;
            return true;
        }

        long position = at / slice.Bytes;
        next = (position + 1) * slice.Bytes;
        return slice.Offset < 0 && source.Spec.RowBytes <= LargestScattered && source.TryLocate(rows[position], 1, out run);
    }

    /// <summary>False where the place was withdrawn meanwhile, and the rows are to be had elsewhere.</summary>
    private bool TryCopy(FileRun run, long at, Span<byte> destination)
    {
        try
        {
            run.CopyTo(0, destination[..(int)run.Length]);
            return true;
        }
        catch (ArrayReadException) when (!TryLocate(at, at + run.Length, out FileRun now) || now.File != run.File)
        {
            return false;
        }
    }

    private bool IsNear(long at) => at >= _nearFrom && at < _nearTo;

    /// <summary>Brings what is plain into memory from <paramref name="at"/> on, and says what must be decoded.</summary>
    /// <returns>Up to where.</returns>
    private ValueTask<long> BringAsync(long at, long end)
    {
        if (source.MustDecode)
        {
            HintWindow(at, Math.Min(end, at + ColdRows.WindowBytes));
        }

        return ColdRows.BringAsync(this, at, end);
    }

    /// <summary>Some whole rows, or the first piece of a large one: blocks that would be read so in any case.</summary>
    private int CountFirst() =>
        (int)(slice.Bytes > FirstBytes ? slice.PieceAt(0).Bytes : Math.Min(Bytes, FirstBytes / slice.Bytes * slice.Bytes));

    private void HintWindow(long at, long end)
    {
        long first = at / slice.Bytes;
        int count = (int)Math.Min(((end - 1) / slice.Bytes) - first + 1, MostHinted);
        long[] window = ArrayPool<long>.Shared.Rent(count);
        rows.CopyTo(first, window.AsSpan(0, count));
        source.Hint(window.AsSpan(0, count));
        ArrayPool<long>.Shared.Return(window);
    }

    /// <summary>What one call of the source reads: a box of consecutive rows, or of one row, at [Start, End) of the array as sent.</summary>
    private readonly record struct Block(long Row, long Count, Region Region, long Start, long End);

    /// <summary>The longest run that holds the bytes from <paramref name="at"/>, not beyond <paramref name="end"/>.</summary>
    private bool TryLocate(long at, long end, out FileRun run)
    {
        run = default;
        if (slice.Offset < 0)
        {
            return false;
        }

        long position = at / slice.Bytes;
        long within = at % slice.Bytes;
        long row = rows[position];
        long count = slice.IsWhole ? rows.CountRun(position, (end - at + within + slice.Bytes - 1) / slice.Bytes) : 1;
        if (!source.TryLocate(row, count, out run) && (count == 1 || !source.TryLocate(row, 1, out run)))
        {
            return false;
        }

        long length = slice.IsWhole ? run.Length : slice.Bytes;
        run = run.Slice(slice.Offset + within, Math.Min(length - within, end - at));
        return true;
    }

    private Block BlockAt(long at, long end)
    {
        long position = at / slice.Bytes;
        long start = position * slice.Bytes;
        long row = rows[position];
        if (slice.PieceBytes < slice.Bytes)
        {
            (Region region, long offset, long bytes) = slice.PieceAt(at - start);
            return new(row, 1, region, start + offset, start + offset + bytes);
        }

        long most = Math.Clamp(Math.Min(BlockBytes, end - start) / slice.Bytes, 1, rows.Length - position);
        long count = rows.CountRun(position, most);
        return new(row, count, slice.Region, start, start + (count * slice.Bytes));
    }

    /// <summary>Reads the block's bytes from <paramref name="at"/> on; by way of pooled memory where only a part of it is wanted.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadPartAsync(Block block, long at, Memory<byte> target, CancellationToken cancellationToken)
    {
        int bytes = (int)(block.End - block.Start);
        if (target.Length == bytes)
        {
            await source.ReadAsync(block.Row, block.Count, block.Region, target, cancellationToken);
            return;
        }

        byte[] scratch = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            await source.ReadAsync(block.Row, block.Count, block.Region, scratch.AsMemory(0, bytes), cancellationToken);
            scratch.AsMemory((int)(at - block.Start), target.Length).CopyTo(target);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }
}
