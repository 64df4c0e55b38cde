using System.Text;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;

namespace Microtome.Api.Results;

/// <summary>
/// The body of a stream, part by part. Where neither Kestrel frames it nor its end is the connection's, each part is one of HTTP/1.1's
/// chunks (RFC 9112, section 7.1): its length is known before it is written, so its rows can leave from where they lie, while
/// Kestrel would copy them into chunks of its own.
/// </summary>
/// <param name="body">Where the bytes go.</param>
/// <param name="isChunked">Whether the parts are chunks of ours.</param>
internal sealed class StreamBody(BatchBody body, bool isChunked)
{
    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();
    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();

    public long Written => body.Written;

    public long Lent => body.Lent;

    /// <summary>Whether the stream holds a place among the readers of data now.</summary>
    public bool HoldsPlace
    {
        set => body.HoldsPlace = value;
    }

    /// <summary>Writes a frame that is no batch.</summary>
    public async ValueTask WriteFrameAsync(FrameKind kind, long step, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await OpenAsync(FrameWriter.GetByteCount(payload.Length), cancellationToken);
        await FrameWriter.WriteAsync(body, kind, step, payload, cancellationToken);
        await CloseAsync(cancellationToken);
    }

    /// <summary>Writes all of a batch but its last bytes, which leave with <see cref="EndBatchAsync"/> once its files are checked: as a frame, or as the arrays of a plain format one after the other.</summary>
    public async ValueTask WriteBatchAsync(long step, Batch batch, IBatchEncoder? plain, CancellationToken cancellationToken)
    {
        if (plain is null)
        {
            await OpenAsync(FrameWriter.GetByteCount(batch), cancellationToken);
            await FrameWriter.WriteBatchAsync(body, step, batch, cancellationToken);
        }
        else
        {
            Batch[] single = [.. batch.Arrays.Select(array => new Batch([array]))];
            await OpenAsync(single.Sum(one => plain.GetByteCount(one)!.Value), cancellationToken);
            foreach (Batch one in single)
            {
                await plain.WriteAsync(one, body, cancellationToken);
            }
        }

        await body.SealAsync(cancellationToken);
    }

    public async ValueTask EndBatchAsync(CancellationToken cancellationToken)
    {
        await CloseAsync(cancellationToken);
        await body.FlushAsync(cancellationToken);
    }

    /// <summary>The stream is whole.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (isChunked)
        {
            await body.WriteAsync(LastChunk, cancellationToken);
        }

        await body.FlushAsync(cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);

    private ValueTask OpenAsync(long length, CancellationToken cancellationToken) =>
        isChunked ? body.WriteAsync(Encoding.ASCII.GetBytes($"{length:x}\r\n"), cancellationToken) : default;

    private ValueTask CloseAsync(CancellationToken cancellationToken) => isChunked ? body.WriteAsync(LineEnd, cancellationToken) : default;
}
