namespace Microtome.Datasets.Arrays;

/// <summary>All that is known of an array before a byte of it is read. <c>Dtype</c> is the one served; <c>Chunks</c> is the chunk
/// shape in elements, null where the array is not chunked.</summary>
public sealed record ArraySpec
{
    /// <exception cref="ArgumentException">The array's size in bytes goes beyond 2^63-1.</exception>
    public ArraySpec(Dtype dtype, Shape shape, Shape? chunks = null)
    {
        if (shape.Count > long.MaxValue / dtype.ItemSize)
        {
            throw new ArgumentException($"An array of {shape.Count} elements of {dtype.ItemSize} bytes is beyond 2^63 bytes.");
        }

        Dtype = dtype;
        Shape = shape;
        Chunks = chunks;
        Bytes = shape.Count * dtype.ItemSize;
        RowBytes = shape.Row.Count * dtype.ItemSize;
    }

    public Dtype Dtype { get; }

    public Shape Shape { get; }

    public Shape? Chunks { get; }

    /// <summary>Bytes of the whole array, decoded.</summary>
    public long Bytes { get; }

    /// <summary>Bytes of one row, decoded.</summary>
    public long RowBytes { get; }

    /// <summary>Rows that one chunk spans on axis 0; 1 where the array is not chunked.</summary>
    public long ChunkRows => Chunks is { Rank: > 0 } ? Chunks[0] : 1;
}
