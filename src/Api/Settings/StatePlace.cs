using System.Security.Cryptography;
using System.Text;
using Microtome.Datasets.Catalogue;

namespace Microtome.Api.Settings;

/// <summary>Where the state directory lies: <c>Microtome:StateDirectory</c>, else <c>microtome</c> in the user's state folder, one for each set of data roots.</summary>
internal static class StatePlace
{
    private const string Setting = "Microtome:StateDirectory";
    private const string Home = "microtome";

    /// <summary>The folder, absolute; null where nothing is set and the user has no home.</summary>
    /// <exception cref="SettingsException">The folder lies in a data root, which would serve what it holds, or holds one.</exception>
    public static string? Choose(string? setting, IReadOnlyList<string> roots, IReadOnlyList<ExplicitDataset> datasets)
    {
        if (setting is null)
        {
            return UserFolder() is { } folder ? Path.Combine(folder, Home, NameOf(roots, datasets)) : null;
        }

        string place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(setting));
        foreach (string root in roots)
        {
            if (IsWithin(place, root) || IsWithin(root, place))
            {
                throw new SettingsException($"{Setting} is '{setting}', which lies in the data root {root} or holds it; keep them apart.");
            }
        }

        return place;
    }

    /// <summary>XDG_STATE_HOME or ~/.local/state; elsewhere than on Linux the folder that the system has for it.</summary>
    private static string? UserFolder()
    {
        if (!OperatingSystem.IsLinux())
        {
            return NullIfEmpty(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
        }

        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (Path.IsPathFullyQualified(state ?? ""))
        {
            return state;
        }

        return NullIfEmpty(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)) is { } home ? Path.Combine(home, ".local", "state") : null;
    }

    private static string NameOf(IReadOnlyList<string> roots, IReadOnlyList<ExplicitDataset> datasets)
    {
        IEnumerable<string> sources = roots.Count > 0 ? roots : datasets.SelectMany(dataset => dataset.Arrays).Select(array => array.File);
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', sources.Distinct().Order(StringComparer.Ordinal))));
        return Convert.ToHexStringLower(digest.AsSpan(0, 8));
    }

    private static bool IsWithin(string path, string folder)
    {
        string relative = Path.GetRelativePath(folder, path);
        return relative == "." || (relative != ".." && !relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal) && !Path.IsPathRooted(relative));
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
