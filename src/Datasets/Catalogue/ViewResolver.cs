using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views;
using Microtome.Datasets.Views.Errors;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Catalogue;

/// <summary>Opens a computed column of a dataset's version, such as <c>x.mean</c>; null where it is not computed. The caller disposes it.</summary>
public delegate IArraySource? ColumnOpener(Dataset dataset, string version, string column);

/// <summary>Turns what <c>view=</c> says into rows: a name, an id, or an expression. Shared by all requests; a view that was worked out before is at hand at once.</summary>
/// <param name="book">The views that have names.</param>
/// <param name="evaluator">Works out what is not at hand.</param>
/// <param name="columns">Opens computed columns.</param>
/// <param name="maxTextLength">Characters of an expression.</param>
public sealed class ViewResolver(ViewBook book, ViewEvaluator evaluator, ColumnOpener columns, int maxTextLength)
{
    private static readonly ViewExpression All = ViewExpression.Parse(ViewName.All);

    private readonly ViewTexts _texts = new(maxTextLength);

    /// <summary>The rows of a view.</summary>
    /// <param name="dataset">Held open by the caller.</param>
    /// <param name="version">Its version: expressions are worked out anew for each, and lists of rows belong to one.</param>
    /// <param name="text">A name, an id or an expression; null means all rows.</param>
    /// <param name="cancellationToken">Ends the waiting, and the work with the last who waits.</param>
    /// <exception cref="ViewException">The text is no view, or does not fit the dataset.</exception>
    /// <exception cref="ArrayReadException">An array that the view looks at cannot be read.</exception>
    public ValueTask<ResolvedView> ResolveAsync(Dataset dataset, string version, string? text, CancellationToken cancellationToken)
    {
        if (text is null or ViewName.All)
        {
            return new(new ResolvedView(All, ViewRows.All(dataset.Rows), IsStable: true));
        }

        ViewExpression said = _texts.Parse(text);
        bool isStable = said.Name is null || ViewId.IsId(said.Name);
        (ViewExpression expression, NamedView? list) = Expand(dataset.Name, said);
        if (list is not null)
        {
            return ResolveListAsync(dataset, version, expression, list, isStable, cancellationToken);
        }

        ValueTask<ViewRows> rows = evaluator.EvaluateAsync(expression, ViewRows.All(dataset.Rows), new DatasetContent(dataset, version, columns), cancellationToken);
        return rows.IsCompletedSuccessfully ? new(new ResolvedView(expression, rows.Result, isStable)) : WaitAsync(expression, rows, isStable);
    }

    /// <summary>A view's text with what the names in it stand for now: what it is stored as.</summary>
    /// <exception cref="ViewException">The text is no view, or is built on a list of rows.</exception>
    public ViewExpression Expand(Dataset dataset, string text)
    {
        (ViewExpression expression, NamedView? list) = Expand(dataset.Name, _texts.Parse(text));
        return list is null
            ? expression
            : throw new ViewMismatchException($"The view {list.Name} is a list of rows of one version; an expression holds for any.") { Text = text, Position = 0, Suggestion = "store the rows themselves" };
    }

    /// <summary>How many rows of a view each class of an array has.</summary>
    /// <exception cref="ViewException">The array is not there, or cannot be counted so.</exception>
    public ValueTask<ClassCounts> CountAsync(Dataset dataset, string version, ResolvedView view, string by, CancellationToken cancellationToken) =>
        evaluator.CountAsync(view.Canonical, view.View, by, new DatasetContent(dataset, version, columns), cancellationToken);

    /// <summary>A view's rows as an epoch visits them.</summary>
    public ValueTask<IndexMap> ArrangeAsync(
        Dataset dataset, string version, ResolvedView view, Order order, ulong seed, ulong epoch, CancellationToken cancellationToken) => order.Window is { } window
        ? evaluator.WindowAsync(view.Canonical, view.View, dataset.ChunkRows, window, seed, epoch, new DatasetContent(dataset, version, columns), cancellationToken)
        : new(order.Arrange(view.Rows, seed, epoch));

    private static async ValueTask<ResolvedView> WaitAsync(ViewExpression expression, ValueTask<ViewRows> rows, bool isStable) =>
        new(expression, await rows, isStable);

    private async ValueTask<ResolvedView> ResolveListAsync(
        Dataset dataset, string version, ViewExpression expression, NamedView list, bool isStable, CancellationToken cancellationToken)
    {
        if (list.Version != version)
        {
            throw new ViewOutdatedException($"The view {list.Name} is a list of rows of version {list.Version}; the dataset {dataset.Name} is now version {version}.")
            {
                Text = list.Name,
                Version = version,
            };
        }

        ViewRows root = await evaluator.LoadAsync(new(dataset.Name, version, dataset.Rows, list.Id), list.Load!, cancellationToken);
        return new(expression, await evaluator.EvaluateAsync(expression, root, new DatasetContent(dataset, version, columns), cancellationToken), isStable);
    }

    /// <summary>Operations alone, or on a list of rows.</summary>
    private (ViewExpression Expression, NamedView? List) Expand(string dataset, ViewExpression said)
    {
        if (said.Name is null)
        {
            return (said, null);
        }

        NamedView view = book.Get(dataset, said.Name);
        if (view.Expression is not { } expression)
        {
            return (_texts.Parse(said.OnRows(view.Id)), view);
        }

        return (said.IsName ? expression : _texts.Parse(said.On(expression)), null);
    }
}
