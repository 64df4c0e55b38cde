using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Views;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Api.Settings;

/// <summary>
/// <c>Microtome:Views</c>: dataset → name → expression, for datasets of configuration and discovered ones alike. An expression may
/// begin with another name of the same dataset.
/// </summary>
internal static class ViewSettings
{
    /// <exception cref="SettingsException">A name or an expression is wrong.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<NamedView>> Read(IEnumerable<SettingsReader> datasets)
    {
        Dictionary<string, IReadOnlyList<NamedView>> views = new(StringComparer.Ordinal);
        foreach (SettingsReader dataset in datasets)
        {
            if (!DatasetName.IsValid(dataset.Key))
            {
                throw new SettingsException($"{dataset.Path}: a dataset's name is [A-Za-z0-9][A-Za-z0-9._-]*.");
            }

            Dictionary<string, ViewExpression> written = new(StringComparer.Ordinal);
            foreach (SettingsReader view in dataset.Children())
            {
                written[view.Key] = ReadView(view);
            }

            views[dataset.Key] = [.. written.Keys.Order(StringComparer.Ordinal).Select(name => NamedView.Of(name, Expand(dataset, written, name, written.Count), isStored: false))];
        }

        return views;
    }

    private static ViewExpression ReadView(SettingsReader view)
    {
        if (!ViewName.IsFree(view.Key))
        {
            throw new SettingsException($"{view.Path}: a view's name is [A-Za-z0-9][A-Za-z0-9._-]*, at most 128 characters, neither all nor an id.");
        }

        try
        {
            return ViewExpression.Parse(view.Value ?? "");
        }
        catch (ViewSyntaxException error)
        {
            throw new SettingsException($"{view.Path} is '{view.Value}': {error.Message} (at character {error.Position}; {error.Suggestion})");
        }
    }

    /// <summary>Operations alone. Each name that a view begins with takes one of <paramref name="steps"/>: a view cannot be built on itself.</summary>
    private static ViewExpression Expand(SettingsReader dataset, Dictionary<string, ViewExpression> written, string name, int steps)
    {
        ViewExpression view = written[name];
        if (view.Name is not { } first)
        {
            return view;
        }

        if (steps == 0)
        {
            throw new SettingsException($"{dataset.Path}:{name} is built on itself.");
        }

        if (!written.ContainsKey(first))
        {
            throw new SettingsException($"{dataset.Path}:{name} begins with {first}, which is no view of {dataset.Key} there.");
        }

        try
        {
            return ViewExpression.Parse(view.On(Expand(dataset, written, first, steps - 1)));
        }
        catch (ViewSyntaxException error)
        {
            throw new SettingsException($"{dataset.Path}:{name}: {error.Message}");
        }
    }
}
