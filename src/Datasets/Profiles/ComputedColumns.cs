using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Profiles;

/// <summary>
/// The columns and statistics that profiles computed, kept by content in the state directory: a folder an array, published by a
/// rename, so that it is whole or not there. They are there before their bytes are on the disk; until then they are not believed
/// after the machine has been started anew. What is there is read once and then known in memory; columns that are not what was
/// written count as not computed. Columns of content that is no
/// longer served make room for others. Safe for concurrent use.
/// </summary>
public sealed class ComputedColumns
{
    /// <summary>How columns are computed and laid out: another number is other columns, if only in a last bit.</summary>
    public const int Format = ProfileRecord.CurrentFormat;

    private const string Room = "columns";

    /// <summary>Folders that are not whole yet; those that a killed server left are dropped.</summary>
    private const string UnfinishedPrefix = ".";

    private readonly StateDirectory _state;
    private readonly Func<string, bool> _isServed;
    private readonly Lock _lock = new();
    private Dictionary<ProfileKey, KeptProfile>? _profiles;

    /// <param name="state">Where they are kept.</param>
    /// <param name="isServed">Whether this content is served: its columns are kept.</param>
    public ComputedColumns(StateDirectory state, Func<string, bool> isServed)
    {
        _state = state;
        _isServed = isServed;
        state.Budget.AddEvictor(Evict);
    }

    /// <summary>Opens a column such as <c>x.mean</c>, with one number a row (<c>x.hash</c>: 16 bytes); the caller disposes it.</summary>
    /// <param name="content">The content's identity: the dataset's version.</param>
    /// <param name="column">The array's name, a dot, and mean, std, min, max or hash.</param>
    /// <returns>Null where it has not been computed.</returns>
    public IArraySource? Find(string content, string column)
    {
        if (!ColumnKind.TryParse(column, out string array, out ColumnKind kind))
        {
            return null;
        }

        ProfileKey key = new(content, array);
        if (Read(key) is not { } profile || !profile.Record.Kinds.Contains(kind))
        {
            return null;
        }

        try
        {
            if (!profile.IsIntact(kind))
            {
                Drop(key, profile);
                return null;
            }

            return new ColumnSource(Path.Combine(profile.Folder, kind.Name), profile.Record.SpecOf(kind));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return null; // Evicted, or damaged by somebody, since it was read.
        }
    }

    /// <summary>What a profile found of the array as a whole; null where there is none.</summary>
    public ArrayStatistics? FindStatistics(string content, string array) => Read(new(content, array))?.Record.Statistics;

    /// <summary>Computes the columns of an array and publishes them; nothing where they are there already.</summary>
    /// <param name="key">What they are kept under.</param>
    /// <param name="source">The array. Its rows hold at least one element.</param>
    /// <param name="isUnchanged">Whether what was read is still what was opened: asked before the columns are published.</param>
    /// <param name="progress">Told how many bytes are done.</param>
    /// <exception cref="ArrayReadException">The array's bytes cannot be had, or changed.</exception>
    /// <exception cref="DiskFullException">There is no room for the columns; nothing is left behind.</exception>
    /// <exception cref="StateUnavailableException">There is no state directory.</exception>
    public async Task ComputeAsync(ProfileKey key, IArraySource source, Func<bool> isUnchanged, Action<long> progress, CancellationToken cancellationToken)
    {
        string room = _state.OpenRoom(Room);
        ArraySpec spec = source.Spec;
        if (Read(key) is not null)
        {
            progress(spec.Bytes);
            return;
        }

        long bytes = BytesOf(spec);
        _state.Budget.Reserve(bytes);
        string unfinished = Path.Combine(room, UnfinishedPrefix + key.Folder);
        bool isPublished = false;
        try
        {
            Delete(unfinished);
            Directory.CreateDirectory(unfinished);
            using ProfileWriter writer = new(unfinished, spec.Dtype, spec.Shape.Rows);
            ArrayStatistics statistics = await new ProfilePass(source, writer).RunAsync(progress, cancellationToken);
            ProfileRecord record = new(ProfileRecord.CurrentFormat, key.Content, key.Array, spec.Dtype.Name, spec.Shape.Rows, statistics, Boot.Id);
            record = writer.Finish(record);
            if (!isUnchanged())
            {
                throw new ArrayReadException("A file of the dataset changed while it was profiled.");
            }

            lock (_lock)
            {
                Delete(Folder(key));
                Directory.Move(unfinished, Folder(key));
                _profiles![key] = new(record, Folder(key));
                isPublished = true;
            }
        }
        finally
        {
            if (!isPublished)
            {
                Delete(unfinished);
                _state.Budget.Release(bytes);
            }
        }
    }

    /// <summary>Brings all columns to the disk that are not there yet. May take as long as the disk does.</summary>
    public void Settle()
    {
        List<string> folders;
        lock (_lock)
        {
            folders = [.. (_profiles ?? []).Values.Where(profile => profile.Record.Boot.Length > 0).Select(profile => profile.Folder)];
        }

        DurableFolder.Settle(folders);
    }

    /// <summary>Whether an array's columns are there.</summary>
    public bool Has(ProfileKey key) => Read(key) is not null;

    /// <summary>Bytes that an array's columns will take.</summary>
    public static long BytesOf(ArraySpec spec) => ColumnKind.Of(spec.Dtype).Sum(kind => kind.SpecOf(spec.Dtype, spec.Shape.Rows).Bytes);

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string Folder(ProfileKey key) => Path.Combine(_state.OpenRoom(Room), key.Folder);

    /// <summary>Its columns are not what was written: they have to be computed again.</summary>
    private void Drop(ProfileKey key, KeptProfile damaged)
    {
        lock (_lock)
        {
            if (_profiles!.GetValueOrDefault(key) != damaged)
            {
                return; // Another was faster, and may have computed them again.
            }

            _profiles!.Remove(key);
            _state.Budget.Release(damaged.Record.Bytes);
            Delete(damaged.Folder);
        }
    }

    private KeptProfile? Read(ProfileKey key)
    {
        lock (_lock)
        {
            if (_profiles is null && _state.TryFindRoom(Room, out string? room))
            {
                _profiles = Load(room);
            }

            return _profiles?.GetValueOrDefault(key);
        }
    }

    private Dictionary<ProfileKey, KeptProfile> Load(string room)
    {
        Dictionary<ProfileKey, KeptProfile> profiles = [];
        foreach (string folder in Directory.EnumerateDirectories(room))
        {
            ProfileRecord? record = Path.GetFileName(folder).StartsWith(UnfinishedPrefix, StringComparison.Ordinal) ? null : ProfileRecord.TryRead(folder);
            if (record is not null && new ProfileKey(record.Content, record.Array).Folder == Path.GetFileName(folder))
            {
                profiles[new(record.Content, record.Array)] = new(record, folder);
                _state.Budget.Count(record.Bytes);
            }
            else
            {
                Delete(folder);
            }
        }

        return profiles;
    }

    private long Evict(long wanted)
    {
        long freed = 0;
        lock (_lock)
        {
            foreach ((ProfileKey key, KeptProfile profile) in _profiles ?? [])
            {
                if (freed < wanted && !_isServed(key.Content))
                {
                    _profiles!.Remove(key);
                    Delete(profile.Folder);
                    _state.Budget.Release(profile.Record.Bytes);
                    freed += profile.Record.Bytes;
                }
            }
        }

        return freed;
    }
}
