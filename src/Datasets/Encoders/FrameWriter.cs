using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>What a frame of a stream is.</summary>
public enum FrameKind : byte
{
    /// <summary>JSON: what the stream will hold.</summary>
    Header = 1,

    /// <summary>A batch, as safetensors.</summary>
    Data = 2,

    /// <summary>A problem, as problem+json; the stream ends.</summary>
    Error = 3,

    /// <summary>JSON: what was sent, and the next step.</summary>
    End = 4,

    /// <summary>Nothing: the server waits for data.</summary>
    Idle = 5,
}

/// <summary>
/// Frames of <c>application/vnd.microtome.frames</c>: <c>MTF1</c>, kind (u8), three zero bytes, step (i64), payload length (u64),
/// all little-endian, then the payload.
/// </summary>
public static class FrameWriter
{
    public const string MediaType = "application/vnd.microtome.frames";

    private const int HeaderBytes = 24;

    private static readonly SafetensorsEncoder Payload = new();

    /// <summary>Bytes of a frame with a payload of so many.</summary>
    public static long GetByteCount(long payload) => HeaderBytes + payload;

    /// <summary>Bytes of a batch's DATA frame.</summary>
    public static long GetByteCount(Batch batch) => checked(HeaderBytes + Payload.GetByteCount(batch)!.Value);

    public static string? Refuse(Batch batch) => Payload.Refuse(batch);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask WriteAsync(
        BatchBody body, FrameKind kind, long step, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await WriteHeaderAsync(body, kind, step, payload.Length, cancellationToken);
        await body.WriteAsync(payload, cancellationToken);
    }

    /// <summary>A DATA frame, byte for byte the safetensors body of that batch.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask WriteBatchAsync(BatchBody body, long step, Batch batch, CancellationToken cancellationToken)
    {
        await WriteHeaderAsync(body, FrameKind.Data, step, Payload.GetByteCount(batch)!.Value, cancellationToken);
        await Payload.WriteAsync(batch, body, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask WriteHeaderAsync(BatchBody body, FrameKind kind, long step, long length, CancellationToken cancellationToken)
    {
        Memory<byte> header = await body.GetMemoryAsync(HeaderBytes, cancellationToken);
        Fill(header.Span, kind, step, length);
        body.Advance(HeaderBytes);
    }

    private static void Fill(Span<byte> header, FrameKind kind, long step, long length)
    {
        header.Clear();
        "MTF1"u8.CopyTo(header);
        header[4] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], step);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], length);
    }
}
