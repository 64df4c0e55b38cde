using System.Collections.Frozen;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Datasets.Views;

/// <summary>The views that have names, by dataset: those of configuration. Safe for concurrent use.</summary>
public sealed class ViewBook(IReadOnlyDictionary<string, IReadOnlyList<NamedView>> configured)
{
    private readonly FrozenDictionary<string, IReadOnlyList<NamedView>> _configured = configured.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The views of a dataset, in name order.</summary>
    public IReadOnlyList<NamedView> List(string dataset) => _configured.GetValueOrDefault(dataset) ?? [];

    /// <summary>The view of this name or id.</summary>
    public NamedView? Find(string dataset, string nameOrId)
    {
        foreach (NamedView view in List(dataset))
        {
            if (view.Name == nameOrId || view.Id == nameOrId)
            {
                return view;
            }
        }

        return null;
    }

    /// <exception cref="ViewNotFoundException">There is none of this name or id.</exception>
    public NamedView Get(string dataset, string nameOrId) => Find(dataset, nameOrId) ?? throw new ViewNotFoundException(
        $"The dataset {dataset} has no view {nameOrId}; it has {string.Join(", ", List(dataset).Select(view => view.Name).Prepend(ViewName.All))}.")
    {
        Text = nameOrId,
    };
}
