namespace Microtome.Datasets.Catalogue;

/// <summary>Follows links as the system does, component by component, without opening anything.</summary>
internal static class LinkResolver
{
    /// <summary>Linux's own limit (path_resolution(7)): what needs more is a circle.</summary>
    private const int MaxLinks = 40;

    /// <summary>
    /// The path with every link resolved; null where the links go in a circle. What does not exist is taken as it is written.
    /// </summary>
    /// <param name="folder">Where a relative path starts; has no links itself.</param>
    public static string? Resolve(string folder, string path)
    {
        Stack<string> parts = new();
        string real = Begin(folder, path, parts);
        int links = 0;
        while (parts.TryPop(out string? part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            string next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
            }
            else if (++links > MaxLinks)
            {
                return null;
            }
            else
            {
                real = Begin(real, target, parts);
            }
        }

        return real;
    }

    /// <summary>Whether a resolved path is the folder or lies in it.</summary>
    public static bool IsWithin(string path, string folder)
    {
        string open = Path.TrimEndingDirectorySeparator(folder);
        return path.StartsWith(open, StringComparison.Ordinal) && (path.Length == open.Length || path[open.Length] == Path.DirectorySeparatorChar || open.EndsWith(Path.DirectorySeparatorChar));
    }

    private static string Begin(string folder, string path, Stack<string> parts)
    {
        string root = Path.IsPathRooted(path) ? Path.GetPathRoot(path)! : "";
        string[] components = path[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        for (int i = components.Length - 1; i >= 0; i--)
        {
            if (components[i] != ".")
            {
                parts.Push(components[i]);
            }
        }

        return root.Length > 0 ? root : folder;
    }
}
