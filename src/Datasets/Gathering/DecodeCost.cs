using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Sidecars;

namespace Microtome.Datasets.Gathering;

/// <summary>What an order makes a server decode, before any of it is read.</summary>
public static class DecodeCost
{
    /// <summary>
    /// Bytes decoded for each byte sent, expected over an epoch with nothing kept from batch to batch but, in a window, its chunks.
    /// Batches of B rows from C chunks of c rows touch C · (1 - (1 - 1/C)^B) of them under an exact shuffle. Plain arrays count 1, as
    /// do those whose chunks are decoded once for all, and the part of the others that already is.
    /// </summary>
    /// <param name="template">The arrays asked for.</param>
    /// <param name="order">How rows are visited.</param>
    /// <param name="rows">Rows of the view.</param>
    /// <param name="batchRows">Rows of a batch as the rank receives it.</param>
    public static double Amplification(GatherTemplate template, Order order, long rows, long batchRows)
    {
        double sent = 0;
        double decoded = 0;
        foreach (GatherColumn column in template.Columns)
        {
            if (column.Source is not { } source || rows == 0 || batchRows == 0)
            {
                continue;
            }

            double bytes = column.Slice!.Bytes;
            sent += bytes;
            double again = order == Order.Shuffle && !SidecarStore.IsKept(source) ? 1 - DecodedPart(source) : 0;
            decoded += bytes * (1 - again);
            decoded += again == 0 ? 0 : again * source.Spec.RowBytes * ChunkRowsTouched(source.Spec, rows, batchRows) / batchRows;
        }

        return sent == 0 ? 1 : decoded / sent;
    }

    /// <summary>The part of the arrays' bytes that needs no decoding, 0 to 1.</summary>
    public static double DecodedPart(GatherTemplate template)
    {
        double all = 0;
        double decoded = 0;
        foreach (GatherColumn column in template.Columns)
        {
            if (column.Source is { } source)
            {
                all += source.Spec.Bytes;
                decoded += source.Spec.Bytes * DecodedPart(source);
            }
        }

        return all == 0 ? 1 : decoded / all;
    }

    private static double DecodedPart(IArraySource source) =>
        SidecarStore.DecodedPart(source) ?? (source.Spec.Chunks is null || source.Spec.Bytes == 0 || source.TryLocate(0, 1, out _) ? 1 : 0);

    private static double ChunkRowsTouched(ArraySpec spec, long rows, long batchRows)
    {
        double chunks = Math.Ceiling((double)rows / spec.ChunkRows);
        return Math.Min(rows, chunks * (1 - Math.Pow(1 - (1 / chunks), batchRows)) * spec.ChunkRows);
    }
}
