using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Catalogue;

/// <summary>A view of a dataset at one version, worked out. Its rows stay good for as long as it is held, whatever becomes of the caches.</summary>
/// <param name="Expression">Operations on all rows, or on a list of rows that is named by its id.</param>
/// <param name="View">The rows.</param>
/// <param name="IsStable">Whether the text that asked for it means these rows as long as the version is the same: no name that could come to mean others.</param>
public sealed record ResolvedView(ViewExpression Expression, ViewRows View, bool IsStable)
{
    /// <summary>The row numbers, by position.</summary>
    public IndexMap Rows => View.Map;

    /// <summary>The content-addressed id.</summary>
    public string Id => Expression.IsName ? Expression.Name! : ViewId.OfExpression(Canonical);

    /// <summary>The same text for everything that means the same rows of this version.</summary>
    public string Canonical => Expression.ToString();
}
