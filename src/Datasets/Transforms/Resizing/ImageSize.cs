using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Transforms.Resizing;

/// <summary>A row taken as a picture: H×W pixels of some channels (1 where the row is H×W).</summary>
internal readonly record struct ImageSize(int Height, int Width, long Channels)
{
    /// <summary>Elements in all.</summary>
    public long Count => Height * LineCount;

    /// <summary>Elements in one line.</summary>
    public long LineCount => Width * Channels;

    public static ImageSize Of(Shape row) => new((int)row[0], (int)row[1], row.Rank == 2 ? 1 : row[2]);
}
