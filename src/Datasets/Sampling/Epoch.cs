namespace Microtome.Datasets.Sampling;

/// <summary>
/// One pass over a view, cut into batches: a pure function of its arguments, with no state. A step is a global batch, of which a
/// rank receives its slice.
/// </summary>
/// <param name="Order">The view's rows as the epoch visits them.</param>
/// <param name="BatchSize">Rows of a global batch, at least 1.</param>
/// <param name="Tail">What becomes of the short last batch.</param>
/// <param name="Shard">The rank that asks.</param>
public sealed record Epoch(IndexMap Order, long BatchSize, Tail Tail, Shard Shard)
{
    /// <summary>How many batches there are: the same for every rank.</summary>
    public long Steps { get; } = Tail == Tail.Drop ? Order.Length / BatchSize : (Order.Length / BatchSize) + (Order.Length % BatchSize > 0 ? 1 : 0);

    /// <summary>This rank's rows of a step in [0, Steps).</summary>
    public StepSlice SliceOf(long step)
    {
        long start = step * BatchSize; // Below the number of rows.
        long real = Math.Min(BatchSize, Order.Length - start);
        long rows = Tail == Tail.Pad ? BatchSize : real;
        (long offset, long count) = Shard.Of(rows);
        return new(start + offset, count, Math.Clamp(real - offset, 0, count));
    }

    /// <summary>The row numbers of a slice; positions beyond the order's end begin again at its start.</summary>
    public void CopyRows(StepSlice slice, Span<long> rows)
    {
        long position = slice.Start;
        while (!rows.IsEmpty)
        {
            position %= Order.Length;
            int count = (int)Math.Min(rows.Length, Order.Length - position);
            Order.CopyTo(position, rows[..count]);
            rows = rows[count..];
            position += count;
        }
    }

    /// <summary>The rows that this rank receives over the whole epoch.</summary>
    public long RankRows()
    {
        if (Steps == 0)
        {
            return 0;
        }

        // Every step but the last is whole.
        return ((Steps - 1) * Shard.Of(BatchSize).Count) + SliceOf(Steps - 1).Count;
    }
}

/// <summary>A rank's part of a step: positions in the order from <c>Start</c>, <c>Count</c> of them, of which the first <c>Valid</c> are no padding.</summary>
public readonly record struct StepSlice(long Start, long Count, long Valid);
