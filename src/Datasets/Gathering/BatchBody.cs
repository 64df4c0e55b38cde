using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// Where the bytes of an answer go: a window (all of it, or one range) of a body that is written from its start. What lies before
/// the window is passed over without being read. Flushes lazily, before more is written, so that the last bytes stay back until
/// the writer has checked that the files are still what they were. Where a flush has to wait for a slow reader, the answer's
/// place among the readers of data is lent to others meanwhile. One writer at a time. Its async methods reuse their state
/// machines, so that a body of any size allocates nothing by the piece.
/// </summary>
/// <param name="writer">The connection.</param>
/// <param name="window">The part of the body that is wanted.</param>
/// <param name="admission">Where the answer holds a place, if it does.</param>
public sealed class BatchBody(PipeWriter writer, ByteWindow window, ReadAdmission? admission = null)
{
    /// <summary>Unflushed bytes at which the next write flushes first: large enough for one system call to pay, small enough for the cache.</summary>
    private const int FlushBytes = 32 * 1024;

    /// <summary>The most that is copied from a file at once; with <see cref="FlushBytes"/> it keeps what is unflushed below 96 KB.</summary>
    private const int PieceBytes = 64 * 1024;

    private long _position;
    private int _unflushed;

    public BatchBody(PipeWriter writer)
        : this(writer, ByteWindow.Whole)
    {
    }

    /// <summary>Whether the answer holds its place now, and so has one to lend. A stream has none between its steps.</summary>
    public bool HoldsPlace { get; set; } = true;

    /// <summary>Bytes that went into the window so far.</summary>
    public long Written { get; private set; }

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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteRunAsync(FileRun run, CancellationToken cancellationToken)
    {
        for (long done = 0; done < run.Length;)
        {
            int count = (int)Math.Min(run.Length - done, PieceBytes);
            Memory<byte> target = await GetMemoryAsync(count, cancellationToken);
            run.CopyTo(done, target.Span[..count]);
            Advance(count);
            done += count;
        }
    }

    /// <summary>Room for exactly <paramref name="count"/> claimed bytes; flushes first where enough is waiting.</summary>
    public ValueTask<Memory<byte>> GetMemoryAsync(int count, CancellationToken cancellationToken) =>
        _unflushed >= FlushBytes
            ? FlushAndGetMemoryAsync(count, cancellationToken)
            : new(writer.GetMemory(count)[..count]);

    /// <summary>Says that this many bytes of the last memory are written.</summary>
    public void Advance(int count)
    {
        writer.Advance(count);
        _unflushed += count;
        Written += count;
    }

    /// <summary>Sends what is waiting.</summary>
    /// <exception cref="OperationCanceledException">The reader is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        _unflushed = 0;
        ValueTask<FlushResult> flush = writer.FlushAsync(cancellationToken);
        FlushResult result = flush.IsCompleted || admission is null || !HoldsPlace ? await flush : await WaitOutsideAsync(flush, admission);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("The reader is gone.");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<FlushResult> WaitOutsideAsync(ValueTask<FlushResult> flush, ReadAdmission admission)
    {
        admission.Leave();
        try
        {
            return await flush;
        }
        finally
        {
            // Not cancellable: whoever took the place gives it back, and must have it then.
            await admission.ReenterAsync(CancellationToken.None);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Memory<byte>> FlushAndGetMemoryAsync(int count, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return writer.GetMemory(count)[..count];
    }
}
