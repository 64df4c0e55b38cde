using Microtome.Datasets.Views;
using Microtome.Datasets.Views.Errors;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Catalogue;

/// <summary>Turns what <c>view=</c> says into rows: a name, an id, or an expression. Shared by all requests; a view that was worked out before is at hand at once.</summary>
/// <param name="book">The views that have names.</param>
/// <param name="evaluator">Works out what is not at hand.</param>
/// <param name="maxTextLength">Characters of an expression.</param>
public sealed class ViewResolver(ViewBook book, ViewEvaluator evaluator, int maxTextLength)
{
    private static readonly ViewExpression All = ViewExpression.Parse(ViewName.All);

    private readonly ViewTexts _texts = new(maxTextLength);

    /// <summary>The rows of a view.</summary>
    /// <param name="dataset">Held open by the caller.</param>
    /// <param name="version">Its version: expressions are worked out anew for each, and lists of rows belong to one.</param>
    /// <param name="text">A name, an id or an expression; null means all rows.</param>
    /// <param name="cancellationToken">Ends the waiting, and the work with the last who waits.</param>
    /// <exception cref="ViewException">The text is no view, or does not fit the dataset.</exception>
    /// <exception cref="Arrays.ArrayReadException">An array that the view looks at cannot be read.</exception>
    public ValueTask<ResolvedView> ResolveAsync(Dataset dataset, string version, string? text, CancellationToken cancellationToken)
    {
        if (text is null or ViewName.All)
        {
            return new(new ResolvedView(All, ViewRows.All(dataset.Rows), IsStable: true));
        }

        ViewExpression said = _texts.Parse(text);
        bool isStable = said.Name is null || ViewId.IsId(said.Name);
        (ViewExpression expression, ViewRows root) = Expand(dataset, version, said);
        ValueTask<ViewRows> rows = evaluator.EvaluateAsync(expression, root, new DatasetContent(dataset, version), cancellationToken);
        return rows.IsCompletedSuccessfully ? new(new ResolvedView(expression, rows.Result, isStable)) : WaitAsync(expression, rows, isStable);
    }

    /// <summary>Operations alone, with what the names in the text stand for: what a view is stored as.</summary>
    /// <exception cref="ViewException">The text is no view.</exception>
    public ViewExpression Expand(Dataset dataset, string version, string text) => Expand(dataset, version, _texts.Parse(text)).Expression;

    private static async ValueTask<ResolvedView> WaitAsync(ViewExpression expression, ValueTask<ViewRows> rows, bool isStable) =>
        new(expression, await rows, isStable);

    private (ViewExpression Expression, ViewRows Root) Expand(Dataset dataset, string version, ViewExpression said)
    {
        if (said.Name is null)
        {
            return (said, ViewRows.All(dataset.Rows));
        }

        NamedView view = book.Get(dataset.Name, said.Name);
        if (view.Expression is { } expression)
        {
            return (said.IsName ? expression : _texts.Parse(said.On(expression)), ViewRows.All(dataset.Rows));
        }

        if (view.Version != version)
        {
            throw new ViewOutdatedException($"The view {view.Name} is a list of rows of version {view.Version}; the dataset {dataset.Name} is now version {version}.")
            {
                Text = said.Text,
                Version = version,
            };
        }

        return (_texts.Parse(said.OnRows(view.Id)), view.Load!());
    }
}
