using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Tests.Sidecars;

/// <summary>An array whose rows have to be decoded, which counts how many were; its values are in memory.</summary>
internal sealed class ChunkedFake : IArraySource
{
    private int _decodedRows;

    public ChunkedFake(Shape shape, Shape chunks, int seed)
    {
        Spec = new(Dtype.UInt8, shape, chunks);
        Data = new byte[Spec.Bytes];
        new Random(seed).NextBytes(Data);
    }

    public ArraySpec Spec { get; }

    public byte[] Data { get; }

    public bool MustDecode => true;

    /// <summary>Rows decoded for a sidecar.</summary>
    public int DecodedRows => _decodedRows;

    /// <summary>Whether decoding fails, as it does in a damaged file.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>Called before each decoding.</summary>
    public Action? Before { get; set; }

    public bool TryLocate(long row, long count, out FileRun run)
    {
        run = default;
        return false;
    }

    public void Hint(ReadOnlySpan<long> rows)
    {
    }

    public ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (IsDamaged)
        {
            throw new ArrayReadException("A chunk is damaged.");
        }

        int at = 0;
        for (long i = row; i < row + count; i++)
        {
            Copy(i, inner, 0, (int)(i * Spec.RowBytes), destination.Span, ref at);
        }

        return ValueTask.CompletedTask;
    }

    public void DecodeRows(long row, long count, Memory<byte> destination)
    {
        Before?.Invoke();
        if (IsDamaged)
        {
            throw new ArrayReadException("A chunk is damaged.");
        }

        Data.AsMemory((int)(row * Spec.RowBytes), (int)(count * Spec.RowBytes)).CopyTo(destination);
        Interlocked.Add(ref _decodedRows, (int)count);
    }

    public void Dispose()
    {
    }

    private void Copy(long row, Region inner, int axis, int offset, Span<byte> target, ref int at)
    {
        if (axis == inner.Axes.Length)
        {
            target[at++] = Data[offset];
            return;
        }

        int stride = 1;
        for (int i = axis + 2; i < Spec.Shape.Rank; i++)
        {
            stride *= (int)Spec.Shape[i];
        }

        AxisRange range = inner.Axes[axis];
        for (int i = 0; i < range.Count; i++)
        {
            Copy(row, inner, axis + 1, offset + ((int)(range.Start + (i * range.Step)) * stride), target, ref at);
        }
    }
}
