namespace Microtome.Datasets.Sampling;

/// <summary>Which of how many trainers: rank r of W receives [⌊r·m/W⌋, ⌊(r+1)·m/W⌋) of a batch of m rows.</summary>
public readonly record struct Shard(int Rank, int WorldSize)
{
    public static readonly Shard Whole = new(0, 1);

    /// <summary>This rank's slice of a batch of <paramref name="rows"/> rows.</summary>
    public (long Start, long Count) Of(long rows)
    {
        long start = (long)((Int128)Rank * rows / WorldSize);
        return (start, (long)((Int128)(Rank + 1) * rows / WorldSize) - start);
    }
}
