namespace Microtome.Datasets.Catalogue;

/// <summary>
/// Lists the files below the data roots, hidden ones passed over. A link is followed when its final target lies in a data root.
/// Bounded in depth and number, so that a root set to the wrong place cannot take the server down.
/// </summary>
internal sealed class FolderScan(IReadOnlyList<string> roots)
{
    public const int MaxFiles = 100_000;
    private const int MaxDepth = 32;

    private readonly string[] _realRoots = [.. roots.Select(RealPath)];

    /// <summary>What could not be listed or followed, by path relative to its root.</summary>
    public Dictionary<string, string> LeftOut { get; } = [];

    public List<FileEntry> List()
    {
        List<FileEntry> files = [];
        for (int i = 0; i < roots.Count; i++)
        {
            HashSet<string> visited = [];
            Stack<(string Folder, string Relative, int Depth)> pending = new([(roots[i], "", 0)]);
            while (pending.TryPop(out (string Folder, string Relative, int Depth) at))
            {
                ListFolder(roots[i], at.Folder, at.Relative, at.Depth, files, pending, visited);
            }
        }

        files.Sort((a, b) => string.CompareOrdinal(a.Relative, b.Relative));
        return files;
    }

    /// <summary>The path with every link in it resolved.</summary>
    private static string RealPath(string path)
    {
        string real = Path.GetPathRoot(Path.GetFullPath(path))!;
        foreach (string part in Path.GetFullPath(path)[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, part);
            FileSystemInfo? target = Directory.ResolveLinkTarget(next, returnFinalTarget: true);
            real = target is null ? next : RealPath(target.FullName);
        }

        return real;
    }

    private void ListFolder(
        string root, string folder, string relative, int depth, List<FileEntry> files, Stack<(string Folder, string Relative, int Depth)> pending, HashSet<string> visited)
    {
        try
        {
            if (depth > MaxDepth || !visited.Add(RealPath(folder)))
            {
                LeftOut[relative] = depth > MaxDepth ? $"folders deeper than {MaxDepth} are not looked through" : "the folder is reached twice";
                return;
            }

            foreach (FileSystemInfo info in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                string name = relative.Length == 0 ? info.Name : relative + "/" + info.Name;
                if (info.Name.StartsWith('.') || !TryFollow(info, name, out FileSystemInfo target))
                {
                    continue;
                }

                if (target is DirectoryInfo)
                {
                    pending.Push((info.FullName, name, depth + 1));
                }
                else if (files.Count == MaxFiles)
                {
                    LeftOut[name] = $"there are more than {MaxFiles} files; name datasets under Microtome:Datasets instead";
                    return;
                }
                else
                {
                    FileInfo file = (FileInfo)target;
                    files.Add(new(root, name, info.FullName, file.Length, file.LastWriteTimeUtc, file.CreationTimeUtc));
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LeftOut[relative] = "the folder cannot be listed";
        }
    }

    private bool TryFollow(FileSystemInfo info, string name, out FileSystemInfo target)
    {
        target = info;
        if (info.LinkTarget is null)
        {
            // Pipes, sockets and devices are no data, and opening one may wait for ever.
            return info is DirectoryInfo || (info.Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) == 0;
        }

        try
        {
            if (info.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true } final)
            {
                LeftOut[name] = "the link leads nowhere";
                return false;
            }

            string real = RealPath(final.FullName);
            if (!_realRoots.Any(root => real == root || real.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            {
                LeftOut[name] = $"the link leads out of the data roots; to follow it, add the data root {Path.GetDirectoryName(real)}";
                return false;
            }

            target = final;
            return true;
        }
        catch (IOException)
        {
            LeftOut[name] = "the link cannot be followed";
            return false;
        }
    }
}
