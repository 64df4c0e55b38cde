namespace Microtome.Datasets.Sidecars;

/// <summary>The bands of a sidecar that may be lent out: a bit each. They only become more. Safe for concurrent use.</summary>
/// <param name="bands">How many there are in all.</param>
internal sealed class ReadyBands(long bands)
{
    private readonly ulong[] _bits = new ulong[((bands - 1) / 64) + 1];
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public bool AreAll => Count == bands;

    public bool Has(long band) => (Volatile.Read(ref _bits[band / 64]) & (1UL << (int)(band % 64))) != 0;

    /// <summary>Whether all from the first to the last, which counts, are ready.</summary>
    public bool HasAll(long first, long last)
    {
        if (AreAll)
        {
            return true;
        }

        for (long band = first; band <= last; band++)
        {
            if (!Has(band))
            {
                return false;
            }
        }

        return true;
    }

    public void Add(long band)
    {
        ulong bit = 1UL << (int)(band % 64);
        if ((Interlocked.Or(ref _bits[band / 64], bit) & bit) == 0)
        {
            Interlocked.Increment(ref _count);
        }
    }
}
