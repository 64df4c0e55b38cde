namespace Microtome.Datasets.Arrays;

/// <summary>
/// An open array: the door behind which formats live. Immutable and safe for concurrent use. Bytes come out in C order, native
/// little-endian, as <see cref="Spec"/> says. A file that vanished, shrank or is corrupt ends a read in an
/// <see cref="ArrayReadException"/>, never in wrong bytes.
/// </summary>
public interface IArraySource : IDisposable
{
    ArraySpec Spec { get; }

    /// <summary>Where these rows (<paramref name="count"/> from <paramref name="row"/>) lie whole and plain in a file; false where they must be decoded or collected.</summary>
    bool TryLocate(long row, long count, out FileRun run);

    /// <summary>Whether rows still have to be decoded, so that hints are of use.</summary>
    bool MustDecode => false;

    /// <summary>Says which rows will be read next, so that what must be decoded is decoded ahead. Never blocks, never fails; may do nothing.</summary>
    void Hint(ReadOnlySpan<long> rows);

    /// <summary>
    /// Reads rows [<paramref name="row"/>, <paramref name="row"/> + <paramref name="count"/>), of each the box
    /// <paramref name="inner"/> over the axes after the first, into the caller's buffer, whose length is exactly their bytes.
    /// A 0-d array has the one row 0 and an inner region without axes.
    /// </summary>
    /// <exception cref="ArrayReadException">The file does not hold what its headers promise.</exception>
    ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Decodes whole rows on the calling thread, for a copy that is kept elsewhere.</summary>
    /// <exception cref="ArrayReadException">The file does not hold what its headers promise.</exception>
    void DecodeRows(long row, long count, Memory<byte> destination) =>
        ReadAsync(row, count, Region.All(Spec.Shape.Rank == 0 ? Shape.Scalar : Spec.Shape.Row), destination, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
