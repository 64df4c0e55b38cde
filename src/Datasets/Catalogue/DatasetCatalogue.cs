using System.Collections.Frozen;
using System.Collections.Immutable;
using Microtome.Datasets.Formats;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// The datasets that are served now. Readers see one immutable table, swapped whole by the scan that made it; scans run one at a
/// time. A dataset that has not changed stays the same object from scan to scan.
/// </summary>
public sealed class DatasetCatalogue : IAsyncDisposable
{
    /// <summary>How often the folders are listed: a change is noticed within two seconds, with a scan's time to spare.</summary>
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(700);

    private readonly CatalogueOptions _options;
    private readonly FileTable _files;
    private readonly NameBook _names = new();
    private readonly Action<CatalogueEvent> _log;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _scanning = new(1);
    private HashSet<string> _said = [];
    private Snapshot _snapshot = Snapshot.Empty;

    public DatasetCatalogue(CatalogueOptions options, IReadOnlyList<IDatasetFormat> formats, Action<CatalogueEvent> log, TimeProvider time)
    {
        _options = options;
        _log = log;
        _time = time;
        _files = new(formats, time);
    }

    /// <summary>Whether the first scan has ended.</summary>
    public bool IsReady { get; private set; }

    /// <summary>The datasets, in name order.</summary>
    public IReadOnlyList<Dataset> Datasets => _snapshot.InOrder;

    /// <summary>Keeps a dataset open until the lease ends; null where there is none of that name.</summary>
    public DatasetLease? TryAcquire(string name)
    {
        // A dataset may be replaced between the look-up and the claim: then the newer table has its successor.
        while (_snapshot.ByName.TryGetValue(name, out Dataset? dataset))
        {
            if (dataset.TryAddUser())
            {
                return new(dataset);
            }
        }

        return null;
    }

    /// <summary>Scans, then polls until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(PollPeriod, _time);
        do
        {
            await ScanAsync(cancellationToken);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>Looks at the folders and files once, and serves what they hold.</summary>
    public async Task ScanAsync(CancellationToken cancellationToken)
    {
        await _scanning.WaitAsync(cancellationToken);
        try
        {
            Dictionary<string, string> leftOut = [];
            FolderScan folders = new(_options.DataRoots);
            List<SharedFile> found = await _files.OpenAsync(folders.List(), isFirst: !IsReady, leftOut, cancellationToken);
            List<DatasetPlan> plans = ExplicitDatasets.Plan(_options.Datasets, _files, leftOut);
            plans.AddRange(Discovery.Plan(found));
            foreach ((string path, string why) in folders.LeftOut)
            {
                leftOut[path] = why;
            }

            Swap(_names.Assign([.. plans.Where(plan => plan.Members.Count > 0)]));
            _files.CloseUnused();
            SayOnce(leftOut);
            IsReady = true;
        }
        finally
        {
            _scanning.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _scanning.WaitAsync();
        foreach (Dataset dataset in Interlocked.Exchange(ref _snapshot, Snapshot.Empty).InOrder)
        {
            dataset.Release();
        }

        _files.CloseAll();
        _scanning.Dispose();
    }

    private void Swap(IReadOnlyList<DatasetPlan> plans)
    {
        Snapshot before = _snapshot;
        List<Dataset> after = [];
        foreach (DatasetPlan plan in plans)
        {
            Dataset? old = before.ByName.GetValueOrDefault(plan.Name);
            if (old is not null && old.Serves(plan))
            {
                after.Add(old);
                continue;
            }

            Dataset dataset = new(plan);
            after.Add(dataset);
            Announce(dataset, plan, isNew: old is null);
        }

        _snapshot = Snapshot.Of(after);
        foreach (Dataset old in before.InOrder.Except(after))
        {
            if (!_snapshot.ByName.ContainsKey(old.Name))
            {
                _log(new(CatalogueEventKind.Removed, old.Name, "its files are gone"));
            }

            old.Release();
        }
    }

    private void Announce(Dataset dataset, DatasetPlan plan, bool isNew)
    {
        string files = string.Join(", ", dataset.Files.Select(file => file.Entry.Relative));
        string arrays = string.Join(", ", dataset.Arrays.Take(8).Select(array => $"{array.Name} {array.Dtype} ({array.Shape})")) + (dataset.Arrays.Count > 8 ? ", …" : "");
        _log(new(isNew ? CatalogueEventKind.Served : CatalogueEventKind.Replaced, dataset.Name, $"{dataset.Rows} rows from {files}: {arrays}"));
        foreach (DatasetArray array in dataset.Arrays)
        {
            if (array.Reason is { } reason)
            {
                _log(new(CatalogueEventKind.LeftOut, dataset.Name, $"the array {array.Name} is listed and not served: {reason}"));
            }
            else if (!array.IsAligned && plan.Members.Count > 1 && dataset.Files.Count > 1)
            {
                _log(new(
                    CatalogueEventKind.LeftOut,
                    dataset.Name,
                    $"the array {array.Name} has {array.Shape.Rows} rows, the dataset {dataset.Rows}: it is not aligned. To group otherwise, set Microtome:Datasets:NAME:{array.Name} to its file"));
            }
        }
    }

    private void SayOnce(Dictionary<string, string> leftOut)
    {
        HashSet<string> said = [];
        foreach ((string path, string why) in leftOut)
        {
            string line = path + "\n" + why;
            said.Add(line);
            if (!_said.Contains(line))
            {
                _log(new(CatalogueEventKind.LeftOut, path, why));
            }
        }

        _said = said;
    }

    private sealed record Snapshot(ImmutableArray<Dataset> InOrder, FrozenDictionary<string, Dataset> ByName)
    {
        public static readonly Snapshot Empty = Of([]);

        public static Snapshot Of(IEnumerable<Dataset> datasets)
        {
            ImmutableArray<Dataset> inOrder = [.. datasets.OrderBy(dataset => dataset.Name, StringComparer.Ordinal)];
            return new(inOrder, inOrder.ToFrozenDictionary(dataset => dataset.Name, StringComparer.Ordinal));
        }
    }
}
