namespace Microtome.Datasets.Catalogue;

/// <summary>
/// The files that are open, by path. A file whose status has not changed stays open as it is; one that was refused is not tried
/// again until it changes. Used by one scan at a time.
/// </summary>
internal sealed class FileTable(FileOpener opener, TimeProvider time)
{
    /// <summary>
    /// A file that was served and can no longer be opened may still be being written: for this long after its last change its old
    /// content stays in the table, where a reader finds that it changed, instead of finding no dataset.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>How often in one scan a file that was just written is waited for.</summary>
    private const int MaxWaits = 3;

    /// <summary>Opening waits for the disk more than for the processor.</summary>
    private const int MaxParallelOpens = 16;

    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <summary>The open file of a request; null where it is not open.</summary>
    public SharedFile? Find(FileRequest request) => _slots.GetValueOrDefault(request.Key)?.File;

    /// <summary>Why a request has no file; null where it has, or where nothing is known yet.</summary>
    public FileOutcome? FindRefusal(FileRequest request) => _slots.GetValueOrDefault(request.Key)?.Refusal;

    /// <summary>Opens what is new or changed, in parallel, and closes what is no longer asked for.</summary>
    /// <returns>Whether other files are open than before.</returns>
    public async Task<bool> UpdateAsync(IReadOnlyCollection<FileRequest> requests, CancellationToken cancellationToken)
    {
        bool changed = CloseOthers(requests.Select(request => request.Key).ToHashSet(StringComparer.Ordinal));
        List<FileRequest> open = [.. requests.Where(IsDue)];
        for (int wait = 0; open.Count > 0; wait++)
        {
            List<FileRequest> unsettled = [];
            foreach ((FileRequest request, FileOutcome outcome) in OpenAll(open, cancellationToken))
            {
                if (outcome.State == FileState.Unsettled && wait < MaxWaits)
                {
                    unsettled.Add(request);
                }
                else
                {
                    changed |= Put(request, outcome);
                }
            }

            if (unsettled.Count > 0)
            {
                await Task.Delay(FileOpener.Quiet, time, cancellationToken);
            }

            open = [.. unsettled.Select(Refresh).OfType<FileRequest>()];
        }

        return changed;
    }

    /// <summary>Closes every file, once its readers have ended.</summary>
    public void CloseAll() => CloseOthers([]);

    /// <summary>What is known of a path. A due slot is tried again though nothing changed.</summary>
    private sealed record Slot(FileEntry Entry, SharedFile? File, FileOutcome? Refusal, bool IsDue);

    private static FileRequest? Refresh(FileRequest request) =>
        FileStatus.Of(request.Entry.Target) is { } status ? request with { Entry = request.Entry with { Status = status } } : null;

    private bool IsDue(FileRequest request) =>
        !_slots.TryGetValue(request.Key, out Slot? slot)
        || slot.IsDue
        || slot.Entry.Status != request.Entry.Status
        || slot.Entry.Target != request.Entry.Target;

    private (FileRequest, FileOutcome)[] OpenAll(List<FileRequest> requests, CancellationToken cancellationToken)
    {
        var outcomes = new (FileRequest, FileOutcome)[requests.Count];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = MaxParallelOpens, CancellationToken = cancellationToken };
        try
        {
            Parallel.For(0, requests.Count, parallel, i => outcomes[i] = (requests[i], opener.Open(requests[i], wasServed: Find(requests[i]) is not null)));
        }
        catch (OperationCanceledException)
        {
            foreach ((_, FileOutcome? outcome) in outcomes)
            {
                outcome?.File?.Release();
            }

            throw;
        }

        return outcomes;
    }

    private bool Put(FileRequest request, FileOutcome outcome)
    {
        Slot? before = _slots.GetValueOrDefault(request.Key);
        bool mayBeHalfWritten = outcome.State == FileState.Unsettled || request.Entry.Status.IsYounger(Grace, time.GetUtcNow().UtcDateTime);
        if (outcome.File is null && mayBeHalfWritten && (before?.File is not null || outcome.State == FileState.Unsettled))
        {
            _slots[request.Key] = (before ?? new(request.Entry, null, null, true)) with { IsDue = true };
            return false;
        }

        _slots[request.Key] = outcome.File is { } file
            ? new(request.Entry, file, null, false)
            : new(request.Entry, null, outcome, outcome.State == FileState.Unreadable);
        before?.File?.Release();
        return before?.File is not null || outcome.File is not null;
    }

    private bool CloseOthers(HashSet<string> wanted)
    {
        bool changed = false;
        foreach ((string key, Slot slot) in _slots)
        {
            if (!wanted.Contains(key))
            {
                _slots.Remove(key);
                slot.File?.Release();
                changed |= slot.File is not null;
            }
        }

        return changed;
    }
}
