using System.Security.Cryptography;
using System.Text;
using Microtome.Datasets.Storage;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views;

/// <summary>
/// Evaluated views on the disk, so that a restart or a full memory costs a read and no evaluation; those too large for memory are
/// read from there row by row. A cache: bounded, the longest unused goes first, and where there is no state directory views live
/// in memory alone. Safe for concurrent use.
/// </summary>
/// <param name="state">Where the files are; null for none.</param>
/// <param name="columnFormat">How computed columns are computed now: rows that were chosen by those of another format are not used,
/// since the last bit of a number may have chosen them.</param>
public sealed class ViewFiles(StateDirectory? state, int columnFormat = 0)
{
    private const string Room = "view-rows";
    private const string Suffix = ".rows";

    /// <summary>Smaller datasets are looked through again in less time than a file takes.</summary>
    private const long MinDatasetRows = 1 << 16;

    private readonly StateDirectory? _state = state;
    private readonly Lock _lock = new();
    private Dictionary<string, Entry>? _entries;
    private string? _folder;
    private long _bytes;
    private long _uses;

    /// <summary>The rows of a view, if they are there and whole.</summary>
    /// <param name="key">The view.</param>
    /// <param name="maxHeldBytes">Larger ones are left on the disk.</param>
    internal bool TryLoad(in ViewKey key, long maxHeldBytes, out ViewRows rows)
    {
        rows = default;
        string name = NameOf(key);
        if (!TryOpen(create: false) || !Use(name))
        {
            return false;
        }

        try
        {
            if (RowFile.TryOpen(Path.Combine(_folder!, name), key.Rows, maxHeldBytes, out rows))
            {
                return true;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Gone or unreadable: evaluated anew.
        }

        Forget(name);
        return false;
    }

    /// <summary>Writes the rows where they are worth it; gives them back as they should be used from now on.</summary>
    internal ViewRows Keep(in ViewKey key, ViewRows rows, long maxHeldBytes)
    {
        if (key.Rows < MinDatasetRows || !TryOpen(create: true) || RowFile.ToBytes(rows, key.Rows) is not { } file || !_state!.Budget.TryReserve(file.Length))
        {
            return rows;
        }

        string name = NameOf(key);
        try
        {
            AtomicFile.Write(Path.Combine(_folder!, name), file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _state!.Budget.Release(file.Length);
            return rows;
        }

        Add(name, file.Length);
        return rows.MemoryBytes > maxHeldBytes && TryLoad(key, maxHeldBytes, out ViewRows onDisk) ? onDisk : rows;
    }

    private string NameOf(in ViewKey key)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{key.Dataset}\0{key.Version}\0{key.Rows}\0{key.Expression}\0{columnFormat}")));
        return Convert.ToHexStringLower(digest.AsSpan(0, 16)) + Suffix;
    }

    private bool TryOpen(bool create)
    {
        lock (_lock)
        {
            if (_entries is not null)
            {
                return true;
            }

            if (_state is null || !(create ? _state.TryOpenRoom(Room, out string? folder) : _state.TryFindRoom(Room, out folder)))
            {
                return false;
            }

            _folder = folder;
            _entries = [];
            foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.LastWriteTimeUtc))
            {
                if (file.Name.EndsWith(Suffix, StringComparison.Ordinal))
                {
                    _entries[file.Name] = new(file.Length, ++_uses);
                    _bytes += file.Length;
                    _state.Budget.Count(file.Length);
                }
                else
                {
                    file.Delete(); // Half written when a server ended.
                }
            }

            _state.Budget.AddEvictor(Evict);
            return true;
        }
    }

    private bool Use(string name)
    {
        lock (_lock)
        {
            if (!_entries!.TryGetValue(name, out Entry entry))
            {
                return false;
            }

            _entries[name] = entry with { LastUse = ++_uses };
            return true;
        }
    }

    private void Add(string name, long bytes)
    {
        long over;
        lock (_lock)
        {
            if (_entries!.Remove(name, out Entry old))
            {
                _bytes -= old.Bytes;
                _state!.Budget.Release(old.Bytes);
            }

            _entries[name] = new(bytes, ++_uses);
            _bytes += bytes;
            over = _bytes - (_state!.Budget.Limit / 4);
        }

        if (over > 0)
        {
            Evict(over);
        }
    }

    private void Forget(string name)
    {
        lock (_lock)
        {
            if (_entries!.Remove(name, out Entry entry))
            {
                _bytes -= entry.Bytes;
                _state!.Budget.Release(entry.Bytes);
            }
        }
    }

    /// <summary>Deletes the longest unused until this many bytes are free; answers how many are.</summary>
    private long Evict(long wanted)
    {
        long freed = 0;
        lock (_lock)
        {
            foreach ((string name, Entry entry) in _entries!.OrderBy(entry => entry.Value.LastUse).ToList())
            {
                if (freed >= wanted)
                {
                    break;
                }

                try
                {
                    File.Delete(Path.Combine(_folder!, name));
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    continue;
                }

                Forget(name);
                freed += entry.Bytes;
            }
        }

        return freed;
    }

    private readonly record struct Entry(long Bytes, long LastUse);
}
