using System.Collections.Frozen;
using System.Collections.Immutable;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// Named arrays that share axis 0, open and ready to be read. Immutable; a changed file makes another dataset. Counted: its files
/// close when the catalogue has let go of it and the last running answer has ended.
/// </summary>
public sealed class Dataset
{
    private readonly FrozenDictionary<string, DatasetArray> _byName;
    private readonly DatasetPlan _plan;
    private readonly ImmutableArray<SharedFile> _files;
    private int _users = 1;
    private string? _version;

    internal Dataset(DatasetPlan plan)
    {
        _plan = plan;
        _version = plan.Version;
        Name = plan.Name;
        _files = [.. plan.Members.Select(member => member.File).Distinct()];
        long? rows = DatasetRows.Find(plan.Members);
        Rows = rows ?? 0;
        Arrays = [.. plan.Members.Select(member => Describe(member, rows))];
        Aligned = [.. Arrays.Where(array => array.IsAligned && array.Source is not null)];
        Bytes = plan.Members.Select(DatasetRows.BytesOf).Aggregate(0L, DatasetRows.Add);
        Labels = plan.Labels ?? LabelRule.Find(Arrays);
        Attributes = _files is [var only] ? only.Opened.Attributes : Formats.OpenedFile.NoAttributes;
        _byName = Index(Arrays);
        foreach (SharedFile file in _files)
        {
            file.Hold();
        }
    }

    public string Name { get; }

    /// <summary>Whether a job made it: then it may be removed.</summary>
    public bool IsMade => _plan.IsMade;

    /// <summary>The length of axis 0 whose arrays hold the most bytes; 0 where no array has an axis.</summary>
    public long Rows { get; }

    /// <summary>Bytes of all arrays, decoded.</summary>
    public long Bytes { get; }

    /// <summary>Every array, in name order.</summary>
    public IReadOnlyList<DatasetArray> Arrays { get; }

    /// <summary>The arrays that rows, views and epochs are over: aligned and servable, in name order.</summary>
    public IReadOnlyList<DatasetArray> Aligned { get; }

    /// <summary>Rows that lie together in a chunk: those of the aligned array with the most bytes a row; 1 where it is not chunked.</summary>
    public long ChunkRows => Aligned.MaxBy(array => array.Source!.Spec.RowBytes)?.Source!.Spec.ChunkRows ?? 1;

    public DatasetLabels? Labels { get; }

    /// <summary>What the file says of itself, where the dataset is one file.</summary>
    public IReadOnlyDictionary<string, object?> Attributes { get; }

    /// <summary>Finds an array by its name or another path of it.</summary>
    public bool TryGetArray(string name, out DatasetArray array) => _byName.TryGetValue(name, out array!);

    /// <summary>Whether every file is still as it was when it was opened.</summary>
    public bool IsUnchanged()
    {
        foreach (SharedFile file in _files)
        {
            if (!file.IsUnchanged())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The identity of the content, 16 hex digits unless configuration says otherwise: the same wherever the same files are served
    /// under the same array names. Computed once, by whoever asks first. Where a file changed since or cannot be read, an identity
    /// that no content has: its rows will not be served either, and the list of datasets does not fail with it.
    /// </summary>
    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken)
    {
        if (_version is { } known)
        {
            return known;
        }

        Dictionary<SharedFile, byte[]> digests = [];
        bool isWhole = true;
        foreach (SharedFile file in _files)
        {
            try
            {
                digests[file] = await file.GetDigestAsync().WaitAsync(cancellationToken);
            }
            catch (ArrayReadException)
            {
                digests[file] = file.GetProvisionalDigest();
                isWhole = false;
            }
        }

        string version = DatasetVersion.Compute(_plan.Members, [.. _plan.Members.Select(member => digests[member.File])]);
        if (isWhole)
        {
            _version = version;
        }

        return version;
    }

    /// <summary>
    /// What tells this content from that of any other dataset, for things that are computed of it: the version, with the name where
    /// the version was set by hand, since another dataset may have been given the same.
    /// </summary>
    public string ContentOf(string version) => _plan.Version is null ? version : $"{version}@{Name}";

    /// <summary>Whether this is the content that the key names; true also while the version is not known.</summary>
    public bool MayHold(string content) => _version is not { } version || ContentOf(version) == content;

    internal bool TryAddUser()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            foreach (SharedFile file in _files)
            {
                file.Release();
            }
        }
    }

    /// <summary>Whether this dataset is what a new plan describes: the same open files under the same names.</summary>
    internal bool Serves(DatasetPlan plan) => _plan.Members.AsSpan().SequenceEqual(plan.Members.AsSpan());

    private static FrozenDictionary<string, DatasetArray> Index(IReadOnlyList<DatasetArray> arrays)
    {
        Dictionary<string, DatasetArray> byName = arrays.ToDictionary(array => array.Name, StringComparer.Ordinal);
        foreach (DatasetArray array in arrays)
        {
            foreach (string alias in array.Aliases)
            {
                byName.TryAdd(alias, array);
            }
        }

        return byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static DatasetArray Describe(DatasetMember member, long? rows) => new(
        member.Name,
        member.Array,
        member.Array.Shape.Rank > 0 && member.Array.Shape.Rows == rows,
        member.File.Format,
        member.File.Entry.Relative)
    {
        Aliases = AliasesOf(member).Any(alias => alias != member.Name) ? [.. AliasesOf(member).Where(alias => alias != member.Name).Distinct()] : [],
    };

    private static IEnumerable<string> AliasesOf(DatasetMember member)
    {
        if (member.Array.Name.Length > 0)
        {
            yield return member.Array.Name;
        }

        // X_train.npy is found under x, too, as the field words are.
        if (FieldWord.Is(member.Name))
        {
            yield return member.Name.ToLowerInvariant();
        }

        foreach (string alias in member.Array.Aliases)
        {
            yield return alias;
        }
    }
}
