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

    /// <summary>Where whole rows of axis 0 lie plain and in one piece, in bytes from the superblock; false where they do not.</summary>
    public virtual bool TryLocate(long row, long count, out long address)
    {
        address = 0;
        return false;
    }

    /// <summary>Says which rows of axis 0 will be read next. Never blocks, never fails.</summary>
    public virtual void Hint(ReadOnlySpan<long> rows)
    {
    }
}
