using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Reading;

/// <summary>A dataset's stored bytes, whatever its layout. Immutable but for what is loaded lazily; safe for concurrent use.</summary>
internal abstract class ArrayStorage(Dataspace space, int elementBytes)
{
    public Dataspace Space { get; } = space;

    /// <summary>Bytes of a stored element.</summary>
    public int ElementBytes { get; } = elementBytes;

    /// <summary>Bytes taken in the file.</summary>
    public abstract long StoredBytes { get; }

    /// <summary>Brings a request's numbers as stored, in C order without gaps.</summary>
    public abstract ValueTask ReadAsync(BoxRequest request, Memory<byte> target, CancellationToken cancellationToken);

    /// <summary>Bytes of all elements, in C order, whether or not they are stored.</summary>
    public long PlainBytes { get; } = space.Count * elementBytes;

    /// <summary>
    /// Where a part of the array lies plain and in one piece, in bytes from the superblock; false where it does not. The part is
    /// counted in bytes, not in rows: a scalar has none of its own, but its array datatype may.
    /// </summary>
    /// <param name="start">Bytes before the part, of <see cref="PlainBytes"/>.</param>
    /// <param name="length">Bytes of the part.</param>
    /// <param name="address">Where it lies.</param>
    public virtual bool TryLocate(long start, long length, out long address)
    {
        address = 0;
        return false;
    }

    /// <summary>The part lies within the array. In this order nothing overflows, whatever the numbers.</summary>
    protected bool Holds(long start, long length) => start >= 0 && length >= 0 && start <= PlainBytes && length <= PlainBytes - start;

    /// <summary>Says which rows of axis 0 will be read next. Never blocks, never fails.</summary>
    public virtual void Hint(ReadOnlySpan<long> rows)
    {
    }
}
