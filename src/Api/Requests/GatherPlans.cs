using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Gathering;

namespace Microtome.Api.Requests;

/// <summary>
/// Gathers that were planned before: a trainer asks for the same arrays with every batch. Kept for as long as their dataset is;
/// bounded for each, and emptied when full. Safe for concurrent use.
/// </summary>
internal sealed class GatherPlans(ServerLimits limits)
{
    /// <summary>Plans of a dataset.</summary>
    private const int MaxPlans = 16;

    private const int MaxColumns = 64;

    private const int MaxCharacters = 4096;

    /// <summary>A transform of larger rows may have tables as large, and is not kept; planning it is little beside its work.</summary>
    private const long MaxRowBytes = 1 << 20;

    private readonly ConditionalWeakTable<Dataset, ConcurrentDictionary<GatherKey, GatherTemplate>> _byDataset = [];

    /// <exception cref="ProblemException">404 for an unknown array; 400 or 422 for what cannot be asked of one.</exception>
    public GatherTemplate Plan(Dataset dataset, GatherQuery query, bool addsValid, bool holdsTexts = false)
    {
        ConcurrentDictionary<GatherKey, GatherTemplate> plans = _byDataset.GetValue(dataset, static _ => []);
        GatherKey key = new(query, addsValid);
        if (plans.TryGetValue(key, out GatherTemplate? known))
        {
            return known;
        }

        GatherTemplate template = GatherPlanner.Plan(dataset, GatherRequest.Of(query), limits, addsValid, holdsTexts);
        if (key.Characters <= MaxCharacters && template.Columns.Count <= MaxColumns && template.Columns.All(IsKept))
        {
            if (plans.Count >= MaxPlans)
            {
                plans.Clear();
            }

            plans[key] = template;
        }

        return template;
    }

    /// <summary>Texts are not: the same query in another format is refused.</summary>
    private static bool IsKept(GatherColumn column) => column.Texts is null && (column.Transform is null || column.Transform.LargestRowBytes <= MaxRowBytes);
}
