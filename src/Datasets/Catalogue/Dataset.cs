using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// Named arrays that share axis 0, open and ready to be read. Immutable; a changed file makes another dataset. Counted: its files
/// close when the catalogue has let go of it and the last running answer has ended.
/// </summary>
public sealed class Dataset
{
    /// <summary>Hex digits of a version: 64 bits.</summary>
    private const int VersionBytes = 8;

    private readonly FrozenDictionary<string, DatasetArray> _byName;
    private readonly string? _givenVersion;
    private readonly DatasetMember[] _members;
    private int _users = 1;
    private string? _version;

    internal Dataset(DatasetPlan plan)
    {
        Name = plan.Name;
        _givenVersion = plan.Version;
        _members = [.. plan.Members.OrderBy(member => member.Name, StringComparer.Ordinal)];
        Files = [.. _members.Select(member => member.File).Distinct()];
        Rows = AlignedRows(_members);
        Arrays = [.. _members.Select(Describe)];
        Aligned = [.. Arrays.Where(array => array.IsAligned && array.Source is not null)];
        Bytes = Arrays.Sum(array => array.Bytes);
        Labels = plan.Labels ?? LabelRule.Find(Aligned);
        Attributes = Files is [var only] ? only.Opened.Attributes : Formats.OpenedFile.NoAttributes;
        Dictionary<string, DatasetArray> byName = Arrays.ToDictionary(array => array.Name, StringComparer.Ordinal);
        foreach (DatasetArray array in Arrays)
        {
            foreach (string alias in array.Aliases)
            {
                byName.TryAdd(alias, array);
            }
        }

        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
        foreach (SharedFile file in Files)
        {
            file.AddUser();
        }
    }

    public string Name { get; }

    /// <summary>The length of axis 0 whose arrays hold the most bytes.</summary>
    public long Rows { get; }

    /// <summary>Bytes of all arrays, decoded.</summary>
    public long Bytes { get; }

    /// <summary>Every array, in name order.</summary>
    public IReadOnlyList<DatasetArray> Arrays { get; }

    /// <summary>The arrays that rows, views and epochs are over: aligned and servable.</summary>
    public IReadOnlyList<DatasetArray> Aligned { get; }

    public DatasetLabels? Labels { get; }

    /// <summary>What the file says of itself, where the dataset is one file.</summary>
    public IReadOnlyDictionary<string, object?> Attributes { get; }

    internal IReadOnlyList<SharedFile> Files { get; }

    /// <summary>Finds an array by its name or another path of it.</summary>
    public bool TryGetArray(string name, out DatasetArray array) => _byName.TryGetValue(name, out array!);

    /// <summary>Whether every file is still as it was when it was opened.</summary>
    public bool IsUnchanged()
    {
        foreach (SharedFile file in Files)
        {
            if (!file.IsUnchanged())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The identity of the content: the same wherever the same files are served under the same array names.</summary>
    /// <exception cref="Microtome.Datasets.Arrays.ArrayReadException">A file changed or cannot be read.</exception>
    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken)
    {
        if (_version is { } known)
        {
            return known;
        }

        _version = _givenVersion ?? await ComputeVersionAsync(cancellationToken);
        return _version;
    }

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
            foreach (SharedFile file in Files)
            {
                file.Release();
            }
        }
    }

    /// <summary>Whether this dataset is what a new plan describes: the same open files under the same names.</summary>
    internal bool Serves(DatasetPlan plan) =>
        _members.Length == plan.Members.Count && plan.Members.All(member => _members.Contains(member));

    private static long AlignedRows(DatasetMember[] members)
    {
        long rows = 0;
        long most = -1;
        foreach (IGrouping<long, DatasetMember> group in members.Where(member => member.Array.Source is not null && member.Array.Shape.Rank > 0).GroupBy(member => member.Array.Shape.Rows))
        {
            long bytes = group.Sum(member => member.Array.Source!.Spec.Bytes);
            if (bytes > most || (bytes == most && group.Key > rows))
            {
                (rows, most) = (group.Key, bytes);
            }
        }

        return rows;
    }

    private async Task<string> ComputeVersionAsync(CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SharedFile file in Files)
        {
            hash.AppendData(await file.GetDigestAsync().WaitAsync(cancellationToken));
        }

        byte[] length = new byte[sizeof(int)];
        foreach (DatasetMember member in _members)
        {
            string spec = $"{member.Name}\n{member.Array.Name}\n{member.Array.Dtype}\n{member.Array.Shape}\n{member.Array.Identity}\n{Files.ToList().IndexOf(member.File)}";
            byte[] bytes = Encoding.UTF8.GetBytes(spec);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, VersionBytes));
    }

    private DatasetArray Describe(DatasetMember member) => new(
        member.Name,
        member.Array,
        member.Array.Shape.Rank > 0 && member.Array.Shape.Rows == Rows,
        member.File.Format,
        member.File.Entry.Relative)
    {
        Aliases = member.Array.Name.Length == 0 || member.Array.Name == member.Name ? member.Array.Aliases : [member.Array.Name, .. member.Array.Aliases],
    };
}
