namespace Microtome.Hdf5.ObjectLevel;

/// <summary>
/// Holds one object header's continuation blocks together: none is read twice (a cycle), and their number and bytes are bounded,
/// so that a hostile header costs no more than a large honest one. They count with those of the other headers that are read.
/// </summary>
internal sealed class ObjectHeaderLimits(long headerAddress, HeaderReads reads)
{
    private const int MaxBlocks = 1 << 16;
    private const long MaxBytes = 64L << 20;

    private readonly HashSet<long> _seen = [headerAddress];
    private long _bytes;

    /// <exception cref="Hdf5FormatException">The block was read before, or is one too many.</exception>
    public void Enter(long address, long length)
    {
        _bytes += length;
        if (!_seen.Add(address) || _seen.Count > MaxBlocks || _bytes > MaxBytes)
            throw new Hdf5FormatException($"The object header at {headerAddress} has a continuation that runs in a circle or is too long.");

        reads.Take(length);
    }
}
