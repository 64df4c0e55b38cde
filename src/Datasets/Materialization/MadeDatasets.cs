using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Materialization;

/// <summary>
/// The datasets that jobs have made, each a folder in the state directory: written beside, published by a rename, so that it is
/// whole or not there. They are served before their bytes are on the disk; until then they are not believed after the machine
/// has been started anew. Safe for concurrent use.
/// </summary>
public sealed class MadeDatasets(StateDirectory state)
{
    private const string Room = "materialized";

    /// <summary>Folders that are not whole yet, or no longer wanted; those that a killed server left are dropped.</summary>
    private const string HiddenPrefix = ".";

    private readonly Lock _lock = new();
    private Dictionary<string, MadeManifest>? _made;

    /// <summary>What was published and lost with the machine's memory: jobs that have to do their work again.</summary>
    public IReadOnlyList<string> LostJobs { get; private set; } = [];

    /// <summary>The published datasets, each with its folder.</summary>
    public IReadOnlyList<(MadeManifest Manifest, string Folder)> List()
    {
        lock (_lock)
        {
            return Load() is { } made ? [.. made.Values.Select(manifest => (manifest, Folder(manifest.Name)))] : [];
        }
    }

    public MadeManifest? Find(string name)
    {
        lock (_lock)
        {
            return Load()?.GetValueOrDefault(name);
        }
    }

    /// <summary>A new hidden folder to write into. What an earlier try of the same job left there is gone.</summary>
    /// <exception cref="StateUnavailableException">There is no state directory.</exception>
    public string Begin(string job)
    {
        string folder = Path.Combine(state.OpenRoom(Room), HiddenPrefix + job);
        lock (_lock)
        {
            Load();
        }

        Delete(folder);
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Makes the folder a dataset. Its bytes must have been reserved; from here on they are counted for it.</summary>
    /// <exception cref="IOException">The name is taken by another folder.</exception>
    public void Publish(string folder, MadeManifest manifest)
    {
        manifest = manifest with { Boot = Boot.Id };
        if (manifest.Boot.Length == 0)
        {
            DurableFolder.Settle(folder); // Nothing would tell afterwards that the machine was started anew.
        }

        AtomicFile.Write(Path.Combine(folder, MadeManifest.FileName), manifest.ToJson());
        lock (_lock)
        {
            Directory.Move(folder, Folder(manifest.Name));
            _made![manifest.Name] = manifest;
        }
    }

    /// <summary>Brings every dataset to the disk that is not there yet. May take as long as the disk does.</summary>
    public void Settle() => DurableFolder.Settle(List().Select(made => made.Folder));

    /// <summary>Removes a dataset: at once from the list; its files go on serving whoever has them open.</summary>
    /// <returns>False where no such dataset was made.</returns>
    public bool Remove(string name)
    {
        string gone;
        MadeManifest? manifest;
        lock (_lock)
        {
            if (Load()?.GetValueOrDefault(name) is not { } found)
            {
                return false;
            }

            manifest = found;
            gone = Path.Combine(state.OpenRoom(Room), $"{HiddenPrefix}removed-{manifest.Job}");
            Delete(gone);
            Directory.Move(Folder(name), gone);
            _made!.Remove(name);
        }

        Delete(gone);
        state.Budget.Release(manifest.Bytes);
        return true;
    }

    /// <summary>Drops a folder of <see cref="Begin"/>.</summary>
    public static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Whether anything that is named so on this disk is in the way, be it a dataset or not.</summary>
    public bool IsTaken(string name) => Find(name) is not null || (state.TryFindRoom(Room, out string? room) && Path.Exists(Path.Combine(room, name)));

    /// <exception cref="ArgumentException">The name would lead elsewhere.</exception>
    private string Folder(string name) => name.Length > 0 && name == Path.GetFileName(name) && !name.StartsWith(HiddenPrefix, StringComparison.Ordinal)
        ? Path.Combine(state.OpenRoom(Room), name)
        : throw new ArgumentException($"{name} is not the name of a folder here.", nameof(name));

    private Dictionary<string, MadeManifest>? Load()
    {
        if (_made is not null || !state.TryFindRoom(Room, out string? room))
        {
            return _made;
        }

        _made = new(StringComparer.Ordinal);
        List<string> lost = [];
        foreach (string folder in Directory.EnumerateDirectories(room))
        {
            if (Path.GetFileName(folder).StartsWith(HiddenPrefix, StringComparison.Ordinal))
            {
                Delete(folder);
            }
            else if (MadeManifest.TryRead(folder) is not { } manifest)
            {
                continue; // Damaged by somebody: not served, and not ours to throw away.
            }
            else if (!DurableFolder.IsWhole(folder, manifest.Boot))
            {
                lost.Add(manifest.Job);
                Delete(folder);
            }
            else
            {
                _made[manifest.Name] = manifest;
                state.Budget.Count(manifest.Bytes);
            }
        }

        LostJobs = lost;
        return _made;
    }
}
