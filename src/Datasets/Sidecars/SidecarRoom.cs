using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// The sidecars' room in the state directory, and those in it that are closed: how many bytes each has of the budget and when it
/// was last used. Opened when it is first needed. Not safe for concurrent use; guarded by the store.
/// </summary>
internal sealed class SidecarRoom(StateDirectory state)
{
    private const string Name = "sidecars";

    private readonly Dictionary<string, Closed> _closed = [];
    private string? _path;

    /// <summary>Bytes that the closed ones take on the disk.</summary>
    public long ClosedBytes => _closed.Values.Sum(closed => closed.Bytes);

    /// <summary>Opens the room and counts what earlier runs left in it; false where the directory cannot be had.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public bool TryOpen()
    {
        if (_path is not null)
        {
            return true;
        }

        if (!state.TryOpenRoom(Name, out string? path))
        {
            return false;
        }

        foreach (string index in Directory.EnumerateFiles(path, "*.index"))
        {
            FileInfo rows = new(Path.ChangeExtension(index, ".rows"));
            long entries = (new FileInfo(index).Length / sizeof(ulong)) + 1;
            long bytes = rows.Exists ? (long)((double)rows.Length / entries * Math.Min(entries, SidecarIndex.CountPresent(index))) : 0;
            _closed.Add(Path.GetFileNameWithoutExtension(index), new(bytes, File.GetLastWriteTimeUtc(index)));
            state.Budget.Count(bytes);
        }

        foreach (string rows in Directory.EnumerateFiles(path, "*.rows"))
        {
            if (!_closed.ContainsKey(Path.GetFileNameWithoutExtension(rows)))
            {
                File.Delete(rows); // Its index was never made, or is gone.
            }
        }

        _path = path;
        return true;
    }

    /// <summary>Opens the sidecar of this name, which may be among the closed; the room is open.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public Sidecar Open(string name, ReadOnlySpan<byte> key, SidecarLayout layout)
    {
        if (_closed.Remove(name, out Closed closed))
        {
            state.Budget.Release(closed.Bytes); // It counts itself.
        }

        return Sidecar.Open(Path.Combine(_path!, name), key, layout, state.Budget);
    }

    /// <summary>Keeps one that nobody uses any more; the caller closes it.</summary>
    public void Keep(string name, Sidecar sidecar) => _closed[name] = new(sidecar.Bytes, DateTime.UtcNow);

    /// <summary>Drops the closed ones whose names begin so, but for one.</summary>
    public void DropOthers(string prefix, string name)
    {
        foreach (string other in _closed.Keys.Where(other => other != name && other.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
        {
            Drop(other);
        }
    }

    /// <summary>Drops closed ones, the least recently used first, until so many bytes are free or none is left.</summary>
    /// <returns>Bytes that the budget has back.</returns>
    public long Free(long bytes)
    {
        long freed = 0;
        foreach (string name in _closed.OrderBy(entry => entry.Value.LastUse).Select(entry => entry.Key).ToArray())
        {
            freed += freed < bytes ? Drop(name) : 0;
        }

        return freed;
    }

    /// <summary>Deletes the files of one that is not among the closed.</summary>
    public void Delete(string name)
    {
        try
        {
            SidecarFiles.Delete(Path.Combine(_path!, name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays behind until the room is opened again, and is counted then.
        }
    }

    private readonly record struct Closed(long Bytes, DateTime LastUse);

    private long Drop(string name)
    {
        _closed.Remove(name, out Closed closed);
        Delete(name);
        state.Budget.Release(closed.Bytes);
        return closed.Bytes;
    }
}
