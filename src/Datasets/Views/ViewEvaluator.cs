using Microtome.Datasets.Views.Operations;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views;

/// <summary>
/// Works views out, operation by operation: what the one before leaves is a view of its own, kept as one, so that the folds of a
/// filtered set share the filter. Arithmetic is neither kept nor waited for. Shared by all requests.
/// </summary>
/// <param name="views">Where what was worked out is kept.</param>
/// <param name="maxTableBytes">The most memory that one table may take.</param>
public sealed class ViewEvaluator(EvaluatedViews views, long maxTableBytes) : IDisposable
{
    /// <summary>Evaluations at once; serving comes first.</summary>
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>The rows of an expression.</summary>
    /// <param name="expression">What it begins with has become <paramref name="root"/>.</param>
    /// <param name="root">The rows that its first operation goes over.</param>
    /// <param name="source">The dataset's content.</param>
    /// <param name="cancellationToken">Ends the waiting, and the work with the last who waits.</param>
    /// <exception cref="Errors.ViewException">The expression does not fit the dataset.</exception>
    public ValueTask<ViewRows> EvaluateAsync(ViewExpression expression, ViewRows root, ViewSource source, CancellationToken cancellationToken)
    {
        if (expression.Operations.Count == 0)
        {
            return new(root);
        }

        ViewOperation last = expression.Operations[^1];
        if (last is ArithmeticOperation free)
        {
            ValueTask<ViewRows> before = EvaluateAsync(expression.Prefix, root, source, cancellationToken);
            return before.IsCompletedSuccessfully ? new(free.Apply(before.Result)) : ApplyAsync(free, before);
        }

        ViewKey key = source.KeyOf(expression.ToString());
        return views.TryGet(key, out ViewRows rows) ? new(rows) : WaitAsync(key, last, expression, root, source, cancellationToken);
    }

    public void Dispose() => _places.Dispose();

    private async ValueTask<ViewRows> WaitAsync(
        ViewKey key, ViewOperation last, ViewExpression expression, ViewRows root, ViewSource source, CancellationToken cancellationToken)
    {
        using (ViewSource looked = source.Hold())
        {
            expression.Check(looked);
        }

        return await views.GetAsync(key, RunAsync, cancellationToken);

        async Task<ViewRows> RunAsync(CancellationToken end)
        {
            using ViewSource held = source.Hold();
            ViewRows before = await EvaluateAsync(expression.Prefix, root, source, end);
            await _places.WaitAsync(end);
            try
            {
                held.RequireUnchanged();
                ViewRows rows = await last.ApplyAsync(before, new(held, expression.Text, maxTableBytes, end));
                held.RequireUnchanged();
                return rows;
            }
            finally
            {
                _places.Release();
            }
        }
    }

    private static async ValueTask<ViewRows> ApplyAsync(ArithmeticOperation operation, ValueTask<ViewRows> before) => operation.Apply(await before);
}
