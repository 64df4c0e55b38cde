using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Microtome.Datasets.Catalogue;

/// <summary>What is served at one moment. Immutable; the catalogue swaps it whole.</summary>
internal sealed record CatalogueSnapshot(ImmutableArray<Dataset> InOrder, FrozenDictionary<string, Dataset> ByName)
{
    public static readonly CatalogueSnapshot Empty = Of([]);

    public static CatalogueSnapshot Of(IEnumerable<Dataset> datasets)
    {
        ImmutableArray<Dataset> inOrder = [.. datasets.OrderBy(dataset => dataset.Name, StringComparer.Ordinal)];
        return new(inOrder, inOrder.ToFrozenDictionary(dataset => dataset.Name, StringComparer.Ordinal));
    }
}
