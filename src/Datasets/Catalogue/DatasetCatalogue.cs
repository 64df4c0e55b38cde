using Microtome.Datasets.Formats;
using Microtome.Datasets.Materialization;
using Microtome.Datasets.Sidecars;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// The datasets that are served now. Readers see one immutable table, swapped whole by the scan that made it; scans run one at a
/// time. A dataset that has not changed stays the same object from scan to scan.
/// </summary>
public sealed class DatasetCatalogue : IAsyncDisposable
{
    /// <summary>Between two scans: a change is noticed within two seconds, with time to spare for the scan and for a file that is still being written.</summary>
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(600);

    private readonly CatalogueOptions _options;
    private readonly ExplicitDatasets _explicit;
    private readonly FileTable _files;
    private readonly NameBook _names = new();
    private readonly MadeDatasets? _made;
    private readonly HashSet<string> _promised = [];
    private readonly Journal _journal;
    private readonly Action<CatalogueEvent> _log;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _scanning = new(1);
    private readonly CancellationTokenSource _disposed = new();
    private volatile CatalogueSnapshot _snapshot = CatalogueSnapshot.Empty;
    private volatile IReadOnlyList<string> _broken = [];
    private volatile bool _isReady;
    private Task _versions = Task.CompletedTask;

    public DatasetCatalogue(CatalogueOptions options, IReadOnlyList<IDatasetFormat> formats, Action<CatalogueEvent> log, TimeProvider time, SidecarStore? sidecars = null, MadeDatasets? made = null)
    {
        _options = options;
        _explicit = new(options, made);
        _made = made;
        _files = new(new FileOpener(formats, time, sidecars), time);
        _journal = new(log);
        _log = log;
        _time = time;
    }

    /// <summary>Whether the first scan has ended.</summary>
    public bool IsReady => _isReady;

    /// <summary>The datasets, in name order.</summary>
    public IReadOnlyList<Dataset> Datasets => _snapshot.InOrder;

    /// <summary>
    /// The datasets that could not be read at the last look: those of configuration whose files are not there or not understood, and
    /// served ones whose files changed and cannot be opened anew. In name order.
    /// </summary>
    public IReadOnlyList<string> Broken => _broken;

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
        while (true)
        {
            long start = _time.GetTimestamp();
            await ScanAsync(cancellationToken);

            // Huge folders take half of one processor at most, however long a scan is.
            TimeSpan taken = _time.GetElapsedTime(start);
            await Task.Delay(taken > PollPeriod ? taken : PollPeriod, _time, cancellationToken);
        }
    }

    /// <summary>Looks at the folders and files once, and serves what they hold.</summary>
    public async Task ScanAsync(CancellationToken cancellationToken)
    {
        await _scanning.WaitAsync(cancellationToken);
        try
        {
            // Directory listings and opens block: not on the caller's thread.
            await Task.Run(() => ScanOneAsync(cancellationToken), cancellationToken);
        }
        finally
        {
            _scanning.Release();
        }
    }

    /// <summary>Promises a name to somebody who is making a dataset: from here on nothing else gets it.</summary>
    /// <returns>False where the name is taken or promised.</returns>
    public async Task<bool> TryPromiseAsync(string name, CancellationToken cancellationToken)
    {
        // Between two scans: one that is under way may just be giving the name away.
        await _scanning.WaitAsync(cancellationToken);
        try
        {
            bool isTaken = _snapshot.ByName.ContainsKey(name) || _options.Datasets.Any(dataset => dataset.Name == name) || _made?.IsTaken(name) == true;
            return !isTaken && _promised.Add(name);
        }
        finally
        {
            _scanning.Release();
        }
    }

    /// <summary>Takes a promise back: the dataset is there, or will not be.</summary>
    public async Task ReleasePromiseAsync(string name)
    {
        await _scanning.WaitAsync();
        _promised.Remove(name);
        _scanning.Release();
    }

    /// <summary>Lets go of every file, once its readers have ended. Scans afterwards do nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _scanning.WaitAsync();
        try
        {
            await _versions;
            foreach (Dataset dataset in Interlocked.Exchange(ref _snapshot, CatalogueSnapshot.Empty).InOrder)
            {
                dataset.Release();
            }

            _files.CloseAll();
        }
        finally
        {
            _scanning.Release();
        }
    }

    private async Task ScanOneAsync(CancellationToken cancellationToken)
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

        FolderScan folders = new(_options.DataRoots);
        List<FileRequest> found = [.. folders.List().Select(entry => new FileRequest(entry))];
        Dictionary<string, FileRequest> requests = new(StringComparer.Ordinal);
        foreach (FileRequest request in found.Concat(_explicit.Request()))
        {
            requests.TryAdd(request.Key, request);
        }

        bool changed = await _files.UpdateAsync(requests.Values, cancellationToken);
        List<DatasetPlan> plans = _explicit.Plan(_files);
        if (changed || !_isReady)
        {
            plans.AddRange(Discovery.Plan(FilesLeft(found, plans)));
            Swap(_names.Assign(plans, [.. _explicit.Names, .. _promised]));
        }

        _broken = [.. FindBroken()];
        Report(folders, found);
        if (_versions.IsCompleted)
        {
            _versions = Task.Run(() => ComputeVersionsAsync(_disposed.Token), CancellationToken.None);
        }

        _isReady = true;
    }

    /// <summary>The open files that discovery may use: not those whose every array configuration has named.</summary>
    private IEnumerable<SharedFile> FilesLeft(List<FileRequest> found, List<DatasetPlan> configured)
    {
        HashSet<(string Path, string Array)> named = [];
        foreach (DatasetMember member in configured.SelectMany(plan => plan.Members))
        {
            named.Add((member.File.Entry.FullPath, member.Array.Name));
            named.Add((member.File.Entry.Target, member.Array.Name));
        }

        foreach (FileRequest request in found)
        {
            if (_files.Find(request) is { } file && !file.Opened.Arrays.All(array => named.Contains((request.Entry.FullPath, array.Name))))
            {
                yield return file;
            }
        }
    }

    private void Swap(IReadOnlyList<DatasetPlan> plans)
    {
        CatalogueSnapshot before = _snapshot;
        List<Dataset> after = [];
        List<CatalogueEvent> events = [];
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
            events.AddRange(Announcement.Of(dataset, plan, isNew: old is null));
        }

        CatalogueSnapshot next = CatalogueSnapshot.Of(after);
        _snapshot = next;
        HashSet<Dataset> kept = [.. after];
        foreach (Dataset old in before.InOrder.Where(old => !kept.Contains(old)))
        {
            if (!next.ByName.ContainsKey(old.Name))
            {
                events.Add(new(CatalogueEventKind.Removed, old.Name, "no longer served: its files are gone or cannot be read"));
            }

            old.Release();
        }

        events.ForEach(_log);
    }

    private IEnumerable<string> FindBroken()
    {
        CatalogueSnapshot served = _snapshot;
        return _options.Datasets.Select(dataset => dataset.Name).Where(name => !served.ByName.ContainsKey(name))
            .Concat(served.InOrder.Where(dataset => !dataset.IsUnchanged()).Select(dataset => dataset.Name))
            .Order(StringComparer.Ordinal);
    }

    private void Report(FolderScan folders, List<FileRequest> found)
    {
        foreach ((string path, string reason) in folders.LeftOut)
        {
            _journal.Say(path, "left out: " + reason);
        }

        foreach ((string dataset, string problem) in _explicit.Problems)
        {
            _journal.Say(dataset, problem);
        }

        DateTime now = _time.GetUtcNow().UtcDateTime;
        foreach (FileRequest request in found)
        {
            bool isAtRest = !request.Entry.Status.IsYounger(FileTable.Grace, now);
            switch (_files.FindRefusal(request))
            {
                case { State: FileState.NotRecognized } when !isAtRest && _isReady:
                case null when _files.Find(request) is null:
                    _journal.Keep(request.Entry.FullPath);
                    break;
                case { State: FileState.NotRecognized }:
                    _journal.SayNotRecognized(request.Entry);
                    break;
                case { } refusal:
                    _journal.Say(request.Entry.FullPath, "left out: " + refusal.Reason, isAtRest);
                    break;
            }
        }

        _journal.EndScan();
    }

    /// <summary>So that the first to ask for a version does not wait. One file at a time: serving comes first.</summary>
    private async Task ComputeVersionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (Dataset dataset in _snapshot.InOrder)
            {
                await dataset.GetVersionAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The catalogue is being closed.
        }
    }
}
