using Microtome.Datasets.Formats;

namespace Microtome.Datasets.Catalogue;

/// <summary>Where datasets come from: folders to look through, and datasets named one by one. Paths are absolute.</summary>
public sealed record CatalogueOptions(IReadOnlyList<string> DataRoots, IReadOnlyList<ExplicitDataset> Datasets);

/// <summary>A dataset of configuration. <c>Version</c> and <c>Labels</c> are set by hand there, or found otherwise.</summary>
public sealed record ExplicitDataset(string Name, IReadOnlyList<ExplicitArray> Arrays, string? Version = null, DatasetLabels? Labels = null)
{
    /// <summary>Whether a job made it.</summary>
    public bool IsMade { get; init; }
}

/// <summary>An array of configuration: a file, the path inside it where it holds several, and the format of a file without a header.</summary>
public sealed record ExplicitArray(string Name, string File, string? Inside = null, IDatasetFormat? Format = null);
