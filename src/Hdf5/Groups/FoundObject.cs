namespace Microtome.Hdf5.Groups;

/// <summary>
/// What a walk found: an object, or why it cannot be read, under one path or several. Its header is not kept: a file may hold a
/// great many.
/// </summary>
internal sealed class FoundObject
{
    private List<string>? _aliases;

    /// <summary>The first of its paths in name order.</summary>
    public required string Path { get; init; }

    /// <summary>Its other paths, in the order in which they were found.</summary>
    public IReadOnlyList<string> Aliases => _aliases ?? (IReadOnlyList<string>)[];

    /// <summary>Where its header lies; -1 where that cannot be read, or is not there.</summary>
    public long Address { get; private init; } = -1;

    public bool IsGroup { get; private init; }

    public string? Reason { get; set; }

    public static FoundObject Readable(string path, long address, bool isGroup) => new() { Path = path, Address = address, IsGroup = isGroup };

    public static FoundObject Refused(string path, string reason) => new() { Path = path, Reason = reason };

    public void AddAlias(string path) => (_aliases ??= []).Add(path);
}
