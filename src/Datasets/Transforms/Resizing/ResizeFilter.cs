namespace Microtome.Datasets.Transforms.Resizing;

/// <summary>How pixels become others.</summary>
internal enum ResizeFilter
{
    /// <summary>A triangle of the scale's width: between the nearest two when enlarging, a weighted mean when shrinking.</summary>
    Bilinear,

    /// <summary>The plain mean of the pixels whose centres lie under the new one.</summary>
    Area,

    /// <summary>The pixel under the new one's centre.</summary>
    Nearest,
}
