using System.Buffers;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms;

namespace Microtome.Datasets.Gathering;

/// <summary>Rows of a stored array, changed on the way: read in blocks of whole rows, transformed straight into the answer's memory.</summary>
/// <param name="name">The array's name.</param>
/// <param name="source">The rows as they are stored.</param>
/// <param name="transform">What is done to each of them.</param>
/// <param name="shape">The shape as it is sent.</param>
public sealed class TransformedArray(string name, StoredArray source, BoundTransform transform, Shape shape)
    : BatchArray(name, transform.Dtype, shape)
{
    /// <summary>The largest row, as it is read or in any state between, that is transformed: a row is held in memory whole.</summary>
    public const long MaxRowBytes = 64L << 20;

    /// <summary>Small rows are transformed together, up to this.</summary>
    private const int BlockBytes = 64 * 1024;

    private readonly int _blockRows = (int)Math.Max(1, BlockBytes / Math.Max(1, Math.Max(transform.RowBytes, transform.SourceRowBytes)));

    public override ValueTask<int> PrepareAsync(int room, ReadAdmission reads, CancellationToken cancellationToken) =>
        source.PrepareAsync(room, reads, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(BatchBody body, CancellationToken cancellationToken)
    {
        ByteWindow wanted = body.Claim(Bytes);
        long at = wanted.Start;
        long end = wanted.Start + wanted.Length;
        while (at < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)(Math.Min(BlockEnd(at), end) - at);
            Memory<byte> target = await body.GetMemoryAsync(count, cancellationToken);
            await ReadBlockAsync(at, target, cancellationToken);
            body.Advance(count);
            at += count;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask ReadAsync(long start, Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (!destination.IsEmpty)
        {
            int count = (int)Math.Min(BlockEnd(start) - start, destination.Length);
            await ReadBlockAsync(start, destination[..count], cancellationToken);
            destination = destination[count..];
            start += count;
        }
    }

    private long BlockEnd(long at) => Math.Min(Bytes, ((at / transform.RowBytes) + _blockRows) * transform.RowBytes);

    /// <summary>Bytes from <paramref name="at"/> on, which lie in at most one block of rows; by way of pooled memory where a row is cut.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadBlockAsync(long at, Memory<byte> target, CancellationToken cancellationToken)
    {
        long first = at / transform.RowBytes;
        int rows = (int)((at + target.Length - 1) / transform.RowBytes - first + 1);
        int read = (int)(rows * transform.SourceRowBytes);
        int made = (int)(rows * transform.RowBytes);
        byte[] stored = ArrayPool<byte>.Shared.Rent(read);
        byte[] cut = made == target.Length ? [] : ArrayPool<byte>.Shared.Rent(made);
        try
        {
            await source.ReadAsync(first * transform.SourceRowBytes, stored.AsMemory(0, read), cancellationToken);
            if (cut.Length == 0)
            {
                transform.Apply(stored.AsSpan(0, read), target.Span, rows);
            }
            else
            {
                transform.Apply(stored.AsSpan(0, read), cut.AsSpan(0, made), rows);
                cut.AsMemory((int)(at - (first * transform.RowBytes)), target.Length).CopyTo(target);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
            if (cut.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(cut);
            }
        }
    }
}
