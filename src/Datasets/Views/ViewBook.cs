using System.Collections.Frozen;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Datasets.Views;

/// <summary>The views that have names, by dataset: those of configuration, which have the say, and those that clients stored. Safe for concurrent use.</summary>
public sealed class ViewBook(IReadOnlyDictionary<string, IReadOnlyList<NamedView>> configured, ViewStore store)
{
    private readonly FrozenDictionary<string, IReadOnlyList<NamedView>> _configured = configured.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The views of a dataset, in name order.</summary>
    public IReadOnlyList<NamedView> List(string dataset)
    {
        IReadOnlyList<NamedView> stored = store.List(dataset);
        IReadOnlyList<NamedView> own = _configured.GetValueOrDefault(dataset) ?? [];
        return own.Count == 0 ? stored : [.. own.Concat(stored.Where(view => own.All(one => one.Name != view.Name))).OrderBy(view => view.Name, StringComparer.Ordinal)];
    }

    /// <summary>The view of this name or id.</summary>
    public NamedView? Find(string dataset, string nameOrId) => FindIn(_configured.GetValueOrDefault(dataset) ?? [], nameOrId) ?? FindIn(store.List(dataset), nameOrId);

    /// <exception cref="ViewNotFoundException">There is none of this name or id.</exception>
    public NamedView Get(string dataset, string nameOrId) => Find(dataset, nameOrId) ?? throw new ViewNotFoundException(
        $"The dataset {dataset} has no view {nameOrId}; it has {string.Join(", ", List(dataset).Select(view => view.Name).Prepend(ViewName.All).Take(20))}.")
    {
        Text = nameOrId,
    };

    /// <summary>Stores an expression under a name.</summary>
    /// <returns>The view, and whether it is new.</returns>
    /// <exception cref="ViewNameTakenException">The name stands for another view.</exception>
    public (NamedView View, bool IsNew) Add(string dataset, string name, ViewExpression expression) =>
        FindConfigured(dataset, name, ViewId.OfExpression(expression.ToString())) is { } known ? (known, false) : store.Add(dataset, name, expression);

    /// <summary>Stores a list of rows under a name.</summary>
    /// <inheritdoc cref="Add(string, string, ViewExpression)"/>
    public (NamedView View, bool IsNew) AddRows(string dataset, string name, string version, ReadOnlySpan<long> rows, long datasetRows)
    {
        FindConfigured(dataset, name, "");
        return store.AddRows(dataset, name, version, rows, datasetRows);
    }

    /// <summary>Deletes what a client stored under this name or id.</summary>
    /// <exception cref="ViewNotFoundException">There is no such view.</exception>
    /// <exception cref="ViewMismatchException">Configuration names it.</exception>
    public void Delete(string dataset, string nameOrId)
    {
        if (store.Delete(dataset, nameOrId))
        {
            return;
        }

        throw nameOrId == ViewName.All || Get(dataset, nameOrId) is { IsStored: false }
            ? new ViewMismatchException($"The view {nameOrId} is not a stored one: the server's configuration names it.") { Text = nameOrId }
            : new ViewNotFoundException($"The view {nameOrId} is gone already.") { Text = nameOrId };
    }

    private static NamedView? FindIn(IReadOnlyList<NamedView> views, string nameOrId)
    {
        foreach (NamedView view in views)
        {
            if (view.Name == nameOrId || view.Id == nameOrId)
            {
                return view;
            }
        }

        return null;
    }

    private NamedView? FindConfigured(string dataset, string name, string id)
    {
        NamedView? known = (_configured.GetValueOrDefault(dataset) ?? []).FirstOrDefault(view => view.Name == name);
        return known is null || known.Id == id
            ? known
            : throw new ViewNameTakenException($"The server's configuration names another view of {dataset} {name}; take another name.") { Text = name };
    }
}
