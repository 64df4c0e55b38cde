using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sending;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// Where the bytes of an answer go: a window (all of it, or one range) of a body that is written from its start. What lies before
/// the window is passed over without being read. Flushes lazily, before more is written, so that the first bytes can be dropped
/// where the data behind them cannot be read (<see cref="HasBegun"/>), and the last stay back until the writer has checked that
/// the files are still what they were (<see cref="SealAsync"/>). Where it has to wait for a slow reader
/// or the disk, the answer's place among the readers of data is lent to others meanwhile. One writer at a time. Its async methods
/// reuse their state machines, so that a body of any size allocates nothing by the piece.
/// </summary>
/// <param name="writer">The connection, as the web server shows it: it counts what passes.</param>
/// <param name="window">The part of the body that is wanted.</param>
/// <param name="admission">Where the answer holds a place, if it does.</param>
/// <param name="direct">The shorter way to the reader, where there is one.</param>
public sealed class BatchBody(PipeWriter writer, ByteWindow window, ReadAdmission? admission = null, DirectPath? direct = null)
{
    /// <summary>
    /// Unflushed copied bytes at which the next write flushes first. What is sent soon is still in the processor's nearest cache, and
    /// its reader takes it while the next is made; that outweighs the calls.
    /// </summary>
    private const int DirectFlushBytes = 64 * 1024;

    /// <summary>The same by way of the web server, which keeps it in pages of 4 KB and holds up writers beyond 64 KB.</summary>
    private const int FlushBytes = 32 * 1024;

    /// <summary>The most that is copied from a file at once.</summary>
    private const int PieceBytes = 64 * 1024;

    private long _position;
    private long _turnBegan;
    private int _unflushed;
    private FirstBytes _first;
    private LentRuns _lent;

    public BatchBody(PipeWriter writer)
        : this(writer, ByteWindow.Whole)
    {
    }

    /// <summary>Whether the answer holds its place now, and so has one to lend. A stream has none between its steps.</summary>
    public bool HoldsPlace { get; set; } = true;

    /// <summary>Whether anything was given away: until then the answer can still become an error with its own status.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Bytes that went into the window so far.</summary>
    public long Written { get; private set; }

    /// <summary>Of these, bytes that left from where they are mapped.</summary>
    public long Lent => _lent.Bytes;

    /// <summary>
    /// Announces the next <paramref name="total"/> bytes of the body and says which of them the window wants. The caller then
    /// writes just those, through <see cref="WriteRunAsync"/> or <see cref="GetMemoryAsync"/>.
    /// </summary>
    public ByteWindow Claim(long total)
    {
        ByteWindow claimed = window.Over(_position, total);
        _position += total;
        return claimed;
    }

    /// <summary>Writes bytes that are at hand, as far as the window wants them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ByteWindow claimed = Claim(bytes.Length);
        bytes = bytes.Slice((int)claimed.Start, (int)claimed.Length);
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, PieceBytes);
            Memory<byte> target = await GetMemoryAsync(count, cancellationToken);
            bytes[..count].CopyTo(target);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Writes bytes as they lie in a file; they are claimed already.</summary>
    /// <exception cref="ArrayReadException">The file shrank or cannot be read.</exception>
    public ValueTask WriteRunAsync(FileRun run, CancellationToken cancellationToken)
    {
        if (direct is not { SendsRuns: true } || run.Address == 0)
        {
            return CopyRunAsync(run, cancellationToken);
        }

        if (!HasBegun || run.Length > LentRuns.MostBytes || LentRuns.IsFull(direct.Connection))
        {
            return LendRunAsync(run, cancellationToken);
        }

        _lent.Add(run, writer, direct.Connection);
        Written += run.Length;
        return default;
    }

    /// <summary>Room for exactly <paramref name="count"/> claimed bytes; flushes first where enough is waiting.</summary>
    public ValueTask<Memory<byte>> GetMemoryAsync(int count, CancellationToken cancellationToken)
    {
        PassOn();

        // Behind runs come no copied bytes unsent: what stays back in the end is one or the other.
        return _unflushed >= MostUnflushed || _lent.HasPassed
            ? FlushAndGetMemoryAsync(count, cancellationToken)
            : new((HasBegun ? writer.GetMemory(count) : _first.GetMemory(count))[..count]);
    }

    /// <summary>Says that this many bytes of the last memory are written.</summary>
    public void Advance(int count)
    {
        if (HasBegun)
        {
            writer.Advance(count);
        }
        else
        {
            _first.Advance(count);
        }

        _unflushed += count;
        Written += count;
    }

    /// <summary>
    /// Sends all but the last bytes, and has those at hand as a copy: after this everything has been read that the body holds,
    /// and it is not whole yet. Now is the time to check the files; then <see cref="FlushAsync"/>.
    /// </summary>
    /// <exception cref="ArrayReadException">The file shrank or cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The reader is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SealAsync(CancellationToken cancellationToken)
    {
        if (!_lent.IsWaiting)
        {
            return; // What waits was copied.
        }

        FileRun tail = _lent.TakeTail(FlushBytes);
        if (_lent.IsWaiting || _lent.HasPassed)
        {
            await FlushAsync(cancellationToken);
        }

        Copy(tail);
    }

    /// <summary>Sends what is waiting.</summary>
    /// <exception cref="ArrayReadException">A file shrank while it was sent.</exception>
    /// <exception cref="OperationCanceledException">The reader is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (!HasBegun)
        {
            await BeginAsync(cancellationToken);
        }

        PassOn();
        _unflushed = 0;
        _lent.EndFlush();
        ValueTask<FlushResult> flush = direct is null ? writer.FlushAsync(cancellationToken) : direct.Connection.FlushAsync(cancellationToken);
        FlushResult result = await OutsideAsync(flush);
        if (direct?.Connection.HasFault == true)
        {
            throw new ArrayReadException("A file is shorter than it was when it was opened.");
        }

        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("The reader is gone.");
        }

        if (Written - _turnBegan >= Turn.Bytes)
        {
            _turnBegan = Written;
            if (Turn.IsWanted)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Waits for a slow reader or the disk; the answer's place is lent to others meanwhile.</summary>
    internal ValueTask<T> OutsideAsync<T>(ValueTask<T> wait) => admission is null || !HoldsPlace ? wait : admission.OutsideAsync(wait);

    private int MostUnflushed => direct is null ? FlushBytes : DirectFlushBytes;

    /// <summary>From here on the answer is what it is. On the direct way its head is written first: what came before that, the web server would copy once more.</summary>
    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        HasBegun = true;
        if (direct is not null)
        {
            await direct.StartAsync(cancellationToken);
        }

        _first.MoveTo(writer);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CopyRunAsync(FileRun run, CancellationToken cancellationToken)
    {
        if (direct is not null && !HasBegun)
        {
            await BeginAsync(cancellationToken);
        }

        for (long done = 0; done < run.Length;)
        {
            int count = (int)Math.Min(run.Length - done, PieceBytes);
            Memory<byte> target = await GetMemoryAsync(count, cancellationToken);
            run.CopyTo(done, target.Span[..count]);
            Advance(count);
            done += count;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask LendRunAsync(FileRun run, CancellationToken cancellationToken)
    {
        if (!HasBegun)
        {
            await BeginAsync(cancellationToken);
        }

        for (long done = 0; done < run.Length;)
        {
            if (LentRuns.IsFull(direct!.Connection))
            {
                await FlushAsync(cancellationToken);
            }

            long count = Math.Min(run.Length - done, LentRuns.MostBytes);
            _lent.Add(run.Slice(done, count), writer, direct.Connection);
            Written += count;
            done += count;
        }
    }

    private void PassOn()
    {
        if (_lent.IsWaiting)
        {
            _lent.PassOn(writer, direct!.Connection);
        }
    }

    /// <summary>Copies a run that is counted as written already.</summary>
    private void Copy(FileRun run)
    {
        Memory<byte> target = writer.GetMemory((int)run.Length); // Runs are lent only once the answer has begun.
        run.CopyTo(0, target.Span[..(int)run.Length]);
        writer.Advance((int)run.Length);
        _unflushed += (int)run.Length;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Memory<byte>> FlushAndGetMemoryAsync(int count, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return writer.GetMemory(count)[..count];
    }
}
