using System.IO.Compression;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>Several arrays as NumPy's <c>.npz</c>: a zip of <c>.npy</c> members, stored without compression, as <c>np.load</c> opens it.</summary>
public sealed class NpzEncoder : IBatchEncoder
{
    private const int PieceBytes = 64 * 1024;

    /// <summary>The earliest time that zip knows: the same rows are the same bytes at any time.</summary>
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Name => "npz";

    public string MediaType => "application/x-npz";

    public string Extension => "npz";

    public bool IsBinary => false;

    public bool HoldsSeveral => true;

    public string? Refuse(Batch batch) => null;

    public long? GetByteCount(Batch batch) => null;

    public async ValueTask WriteAsync(Batch batch, BatchBody body, CancellationToken cancellationToken)
    {
        await using BodyStream stream = new(body, cancellationToken);
        await using ZipArchive archive = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        byte[] piece = System.Buffers.ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            foreach (BatchArray array in batch.Arrays)
            {
                ZipArchiveEntry entry = archive.CreateEntry(array.Name + ".npy", CompressionLevel.NoCompression);
                entry.LastWriteTime = NoTime;
                await using Stream member = await entry.OpenAsync(cancellationToken);
                await member.WriteAsync(NpyEncoder.Header(array), cancellationToken);
                for (long at = 0; at < array.Bytes; at += PieceBytes)
                {
                    Memory<byte> part = piece.AsMemory(0, (int)Math.Min(PieceBytes, array.Bytes - at));
                    await array.ReadAsync(at, part, cancellationToken);
                    await member.WriteAsync(part, cancellationToken);
                }
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
