using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Formats.Npy;
using Microtome.Datasets.Storage;
using Microtome.Datasets.Views;

namespace Microtome.Datasets.Tests.Views;

/// <summary>The <c>.npy</c> files of a folder as one configured dataset <c>d</c>, and the views of it.</summary>
internal sealed class TestViews : IDisposable
{
    private readonly DatasetCatalogue _catalogue;
    private readonly DatasetLease _lease;
    private readonly ViewEvaluator _evaluator;

    private TestViews(DatasetCatalogue catalogue, DatasetLease lease, string version, long maxBytes)
    {
        _catalogue = catalogue;
        _lease = lease;
        Version = version;
        StateDirectory none = new(null, new(null, () => default));
        _evaluator = new(1 << 20, maxBytes, new(null));
        Resolver = new(new(new Dictionary<string, IReadOnlyList<NamedView>>(), new(none)), _evaluator, (_, _, _) => null, 65_536);
    }

    public Dataset Dataset => _lease.Dataset;

    public string Version { get; }

    public ViewResolver Resolver { get; }

    public static async Task<TestViews> OpenAsync(string folder, long maxBytes = 1 << 28)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1)); // At rest: nobody waits for its writer.
        }

        ExplicitArray[] arrays = [.. Directory.EnumerateFiles(folder, "*.npy").Select(file => new ExplicitArray(Path.GetFileNameWithoutExtension(file).Split('_')[^1], file))];
        DatasetCatalogue catalogue = new(new([], [new("d", arrays)]), [new NpyFormat()], _ => { }, TimeProvider.System);
        DatasetLease? lease;
        do
        {
            await catalogue.ScanAsync(CancellationToken.None);
            lease = catalogue.TryAcquire("d");
        }
        while (lease is null);

        return new(catalogue, lease, await lease.Dataset.GetVersionAsync(CancellationToken.None), maxBytes);
    }

    public async Task<long[]> RowsAsync(string text)
    {
        ResolvedView view = await Resolver.ResolveAsync(Dataset, Version, text, TestContext.Current.CancellationToken);
        long[] rows = new long[view.Rows.Length];
        view.Rows.CopyTo(0, rows);
        return rows;
    }

    /// <summary>Compares a view read in one piece, in pieces, and row by row.</summary>
    public async Task AssertRowsAsync(string text, long[] expected)
    {
        ResolvedView view = await Resolver.ResolveAsync(Dataset, Version, text, TestContext.Current.CancellationToken);
        Assert.True(expected.Length == view.Rows.Length, $"{text}: {expected.Length} rows expected, {view.Rows.Length} found");
        long[] rows = new long[expected.Length];
        view.Rows.CopyTo(0, rows);
        Assert.True(expected.AsSpan().SequenceEqual(rows), text);
        for (int start = 0; start < rows.Length; start += 37)
        {
            long[] piece = new long[Math.Min(50, rows.Length - start)];
            view.Rows.CopyTo(start, piece);
            Assert.True(expected.AsSpan(start, piece.Length).SequenceEqual(piece), text);
            Assert.Equal(expected[start], view.Rows[start]);
        }
    }

    public void Dispose()
    {
        _lease.Dispose();
        _evaluator.Dispose();
        _catalogue.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
