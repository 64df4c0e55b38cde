using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views.Evaluation;
using Microtome.Datasets.Views.Operations;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views;

/// <summary>
/// Works views out, operation by operation: what the one before leaves is a view of its own, kept as one, so that the folds of a
/// filtered set share the filter. Arithmetic is neither kept nor waited for. Shared by all requests.
/// </summary>
/// <param name="maxKeptBytes">Memory that kept rows take, all together.</param>
/// <param name="maxTableBytes">The most memory that one table may take while it is worked out.</param>
/// <param name="files">Where larger tables are kept, too.</param>
public sealed class ViewEvaluator(long maxKeptBytes, long maxTableBytes, ViewFiles files) : IDisposable
{
    /// <summary>Memory for counted classes.</summary>
    private const long MaxCountBytes = 16 << 20;

    private readonly SharedCache<ViewKey, ViewRows> _rows = new(maxKeptBytes, rows => rows.MemoryBytes);
    private readonly SharedCache<(ViewKey View, string By), ClassCounts> _counts = new(MaxCountBytes, counts => counts.MemoryBytes);

    private readonly SharedCache<(ViewKey View, long ChunkRows), ChunkGroups> _groups = new(maxKeptBytes / 4, groups => groups.MemoryBytes);
    private readonly SharedCache<WindowKey, GroupedWindows> _windows = new(maxKeptBytes / 4, windows => windows.MemoryBytes);

    /// <summary>Evaluations at once; serving comes first.</summary>
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Bytes of memory that kept rows take.</summary>
    public long KeptBytes => _rows.Bytes;

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
        return _rows.TryGet(key, out ViewRows rows) ? new(rows) : WaitAsync(key, last, expression, root, source, cancellationToken);
    }

    /// <summary>A list of rows, read once for all who ask.</summary>
    public ValueTask<ViewRows> LoadAsync(ViewKey key, Func<ViewRows> load, CancellationToken cancellationToken) =>
        _rows.GetAsync(key, _ => Task.FromResult(load()), cancellationToken);

    /// <summary>A view's rows in windows of the chunks that they lie in (<c>window.v1</c>); the tables that this takes are kept.</summary>
    /// <param name="expression">The view, canonical.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="chunkRows">Rows of a chunk.</param>
    /// <param name="window">Chunks of a window.</param>
    /// <param name="seed">Any.</param>
    /// <param name="epoch">Any.</param>
    /// <param name="source">The dataset's content.</param>
    /// <param name="cancellationToken">Ends the waiting, and the work with the last who waits.</param>
    public ValueTask<IndexMap> WindowAsync(
        string expression, ViewRows rows, long chunkRows, int window, ulong seed, ulong epoch, ViewSource source, CancellationToken cancellationToken)
    {
        // Arithmetic, where the chunks that hold rows are all alike: those of all rows, and single rows.
        if (rows.Map is RangeMap { IsIdentity: true } || (rows.IsAscending && chunkRows == 1))
        {
            return new(ComposedMap.Of(rows.Map, new WindowPermutation(rows.Map.Length, chunkRows, window, seed, epoch)));
        }

        ViewKey key = source.KeyOf(expression);
        WindowKey windows = new(key, chunkRows, window, seed, epoch);
        return _windows.TryGet(windows, out GroupedWindows? known) ? new(ComposedMap.Of(rows.Map, known)) : WaitAsync();

        async ValueTask<IndexMap> WaitAsync() => ComposedMap.Of(rows.Map, await _windows.GetAsync(windows, RunAsync, cancellationToken));

        async Task<GroupedWindows> RunAsync(CancellationToken end)
        {
            ChunkGroups groups = await _groups.GetAsync(
                (key, chunkRows), inner => Task.FromResult(ChunkGroups.Of(rows.Map, rows.IsAscending, chunkRows, inner)), end);
            return new(groups, window, seed, epoch);
        }
    }

    /// <summary>How many rows of a view each class of an array has.</summary>
    /// <param name="expression">The view, canonical.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="by">The array, with one element a row.</param>
    /// <param name="source">The dataset's content.</param>
    /// <param name="cancellationToken">Ends the waiting, and the work with the last who waits.</param>
    /// <exception cref="Errors.ViewException">The array cannot be counted so.</exception>
    public async ValueTask<ClassCounts> CountAsync(string expression, ViewRows rows, string by, ViewSource source, CancellationToken cancellationToken)
    {
        using (ViewSource looked = source.Hold())
        {
            ClassColumn.Check(looked, by, by, 0);
        }

        return await _counts.GetAsync((source.KeyOf(expression), by), RunAsync, cancellationToken);

        Task<ClassCounts> RunAsync(CancellationToken end) => WorkAsync(source, by, evaluation => ClassColumn.CountAsync(evaluation, rows.Map, by, 0), end);
    }

    public void Dispose() => _places.Dispose();

    private static async ValueTask<ViewRows> ApplyAsync(ArithmeticOperation operation, ValueTask<ViewRows> before) => operation.Apply(await before);

    private async ValueTask<ViewRows> WaitAsync(
        ViewKey key, ViewOperation last, ViewExpression expression, ViewRows root, ViewSource source, CancellationToken cancellationToken)
    {
        using (ViewSource looked = source.Hold())
        {
            expression.Check(looked);
        }

        return await _rows.GetAsync(key, RunAsync, cancellationToken);

        async Task<ViewRows> RunAsync(CancellationToken end)
        {
            if (files.TryLoad(key, maxKeptBytes / 2, out ViewRows kept))
            {
                return kept;
            }

            ViewRows before = await EvaluateAsync(expression.Prefix, root, source, end);
            ViewRows rows = await WorkAsync(source, expression.Text, evaluation => last.ApplyAsync(before, evaluation), end);
            return files.Keep(key, rows, maxKeptBytes / 2);
        }
    }

    private async Task<T> WorkAsync<T>(ViewSource source, string text, Func<ViewEvaluation, ValueTask<T>> work, CancellationToken end)
    {
        using ViewSource held = source.Hold();
        await _places.WaitAsync(end);
        try
        {
            held.RequireUnchanged();
            T result = await work(new(held, text, maxTableBytes, end));
            held.RequireUnchanged();
            return result;
        }
        finally
        {
            _places.Release();
        }
    }

    private readonly record struct WindowKey(ViewKey View, long ChunkRows, int Window, ulong Seed, ulong Epoch);
}
