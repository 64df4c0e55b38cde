using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Gathering;

/// <summary>One array of an answer: its name, dtype and shape are known before a byte is read.</summary>
public abstract class BatchArray(string name, Dtype dtype, Shape shape)
{
    public string Name { get; } = name;

    public Dtype Dtype { get; } = dtype;

    /// <summary>The shape as it is sent, rows first (unless the selection dropped that axis).</summary>
    public Shape Shape { get; } = shape;

    /// <summary>Bytes as they are sent.</summary>
    /// <exception cref="OverflowException">Beyond 2^63-1.</exception>
    public long Bytes { get; } = checked(shape.Count * dtype.ItemSize);

    /// <summary>Writes the array, in C order, as far as the body's window wants it.</summary>
    /// <exception cref="ArrayReadException">The bytes cannot be had.</exception>
    public abstract ValueTask WriteAsync(BatchBody body, CancellationToken cancellationToken);

    /// <summary>Reads the bytes [<paramref name="start"/>, start + destination's length) of what <see cref="WriteAsync"/> would write.</summary>
    /// <exception cref="ArrayReadException">The bytes cannot be had.</exception>
    public abstract ValueTask ReadAsync(long start, Memory<byte> destination, CancellationToken cancellationToken);
}
