using System.IO.Enumeration;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// One look at the data roots: lists the files below them, hidden ones passed over. A link is followed when its final target lies
/// in a data root. Bounded in depth and number, so that a root set to the wrong place cannot take the server down.
/// </summary>
internal sealed class FolderScan(IReadOnlyList<string> roots)
{
    /// <summary>Files and folders looked at, over all roots: about a second's work.</summary>
    public const int MaxEntries = 200_000;

    public const int MaxDepth = 32;

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private readonly string[] _realRoots =
        [.. roots.Select(root => LinkResolver.Resolve(Directory.GetCurrentDirectory(), root)).OfType<string>()];

    private readonly List<FileEntry> _files = [];
    private readonly Stack<Folder> _pending = [];
    private int _entries;

    /// <summary>What could not be listed or followed, and why, by full path.</summary>
    public Dictionary<string, string> LeftOut { get; } = [];

    /// <summary>The files in path order, equal paths by their roots' order. Where one root lies in another, a file counts for the first.</summary>
    public List<FileEntry> List()
    {
        foreach (string root in roots)
        {
            string? real = LinkResolver.Resolve(Directory.GetCurrentDirectory(), root);
            if (real is null || FileStatus.Of(real) is not { Kind: EntryKind.Folder })
            {
                LeftOut[root] = "the data root is no folder that can be found";
                continue;
            }

            _pending.Push(new(root, root, "", real, null, 0));
            while (_entries <= MaxEntries && _pending.TryPop(out Folder? folder))
            {
                ListFolder(folder);
            }

            _pending.Clear();
        }

        if (_entries > MaxEntries)
        {
            LeftOut[string.Join(", ", roots)] = $"only the first {MaxEntries} files and folders found are looked at; name datasets under Microtome:Datasets, or choose narrower data roots";
        }

        return [.. _files.DistinctBy(file => file.FullPath).OrderBy(file => file.Relative, StringComparer.Ordinal)];
    }

    /// <summary>A folder on the way: as it was reached, and where it really lies.</summary>
    private sealed record Folder(string Root, string Path, string Relative, string Real, Folder? Above, int Depth)
    {
        public bool IsReachedFrom(string real) => Real == real || Above?.IsReachedFrom(real) == true;
    }

    private void ListFolder(Folder folder)
    {
        if (folder.Depth > MaxDepth)
        {
            LeftOut[folder.Path] = $"folders deeper than {MaxDepth} are not looked through";
            return;
        }

        try
        {
            FileSystemEnumerable<string> names = new(folder.Real, static (ref FileSystemEntry entry) => entry.FileName.ToString(), Everything)
            {
                ShouldIncludePredicate = static (ref FileSystemEntry entry) => entry.FileName[0] != '.',
            };
            foreach (string name in names)
            {
                if (++_entries > MaxEntries)
                {
                    return;
                }

                Look(folder, name);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LeftOut[folder.Path] = "the folder cannot be listed";
        }
    }

    private void Look(Folder folder, string name)
    {
        string path = Path.Join(folder.Path, name);
        string target = Path.Join(folder.Real, name);
        FileStatus? status = FileStatus.Of(target);
        if (status is { Kind: EntryKind.Link } && !TryFollow(folder, path, ref target, out status))
        {
            return;
        }

        string relative = folder.Relative.Length == 0 ? name : $"{folder.Relative}/{name}";
        switch (status?.Kind)
        {
            case EntryKind.Folder:
                _pending.Push(new(folder.Root, path, relative, target, folder, folder.Depth + 1));
                break;
            case EntryKind.File:
                _files.Add(new(folder.Root, relative, path, target, status.Value));
                break;
            case EntryKind.Other:
                LeftOut[path] = "it is a pipe, a socket or a device";
                break;
            case null when name.Contains('\uFFFD', StringComparison.Ordinal):
                LeftOut[path] = "its name is not UTF-8";
                break;
        }
    }

    private bool TryFollow(Folder folder, string path, ref string target, out FileStatus? status)
    {
        string? real = LinkResolver.Resolve(folder.Real, Path.GetFileName(path));
        status = real is null ? null : FileStatus.Of(real);
        if (real is null || status is null)
        {
            LeftOut[path] = real is null ? "the links go in a circle" : "the link leads nowhere";
            return false;
        }

        if (!Array.Exists(_realRoots, root => LinkResolver.IsWithin(real, root)))
        {
            string root = status.Value.Kind == EntryKind.Folder ? real : Path.GetDirectoryName(real)!;
            LeftOut[path] = $"the link leads to {real}, outside the data roots; to serve it, add --data {root}";
            return false;
        }

        if (folder.IsReachedFrom(real))
        {
            LeftOut[path] = "the link leads back to a folder that it lies in";
            return false;
        }

        target = real;
        return true;
    }
}
