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

    /// <summary>Whether the bytes lie in memory as they are sent, as far as is known; false where they are decoded or computed from others.</summary>
    public virtual bool IsAtHand => false;

    /// <summary>
    /// Waits until the array's first bytes can be written without waiting for the disk or for decoding; ends at once where they
    /// can be already. What is read for it is kept, and not read again.
    /// </summary>
    /// <param name="room">Bytes that may be kept in memory of the array's own; where they do not fit, nothing is read ahead.</param>
    /// <param name="reads">Where the answer holds a place: it is lent while the disk is waited for.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Bytes that are kept until they are written.</returns>
    /// <exception cref="ArrayReadException">The bytes cannot be had.</exception>
    public virtual ValueTask<int> PrepareAsync(int room, ReadAdmission reads, CancellationToken cancellationToken) => default;

    /// <summary>Writes the array, in C order, as far as the body's window wants it.</summary>
    /// <exception cref="ArrayReadException">The bytes cannot be had.</exception>
    public abstract ValueTask WriteAsync(BatchBody body, CancellationToken cancellationToken);

    /// <summary>Reads the bytes [<paramref name="start"/>, start + destination's length) of what <see cref="WriteAsync"/> would write.</summary>
    /// <exception cref="ArrayReadException">The bytes cannot be had.</exception>
    public abstract ValueTask ReadAsync(long start, Memory<byte> destination, CancellationToken cancellationToken);
}
