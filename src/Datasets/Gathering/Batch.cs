namespace Microtome.Datasets.Gathering;

/// <summary>What one answer holds: arrays in the order asked. <c>IsBare</c> where it is one array without a name around it (a slice).</summary>
public sealed record Batch(IReadOnlyList<BatchArray> Arrays, bool IsBare = false)
{
    /// <summary>How many pictures stand in a row of a contact sheet, where that was asked.</summary>
    public int? SheetColumns { get; init; }

    /// <summary>Whether any array is changed on the way: then its size is bounded like a picture's or a table's.</summary>
    public bool IsTransformed { get; init; }

    /// <summary>What an encoder worked out for the length and needs again for the body: its header. A batch is used by one answer.</summary>
    internal object? Prepared { get; set; }

    /// <summary>Bytes of all arrays together.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (BatchArray array in Arrays)
            {
                bytes = checked(bytes + array.Bytes);
            }

            return bytes;
        }
    }
}
