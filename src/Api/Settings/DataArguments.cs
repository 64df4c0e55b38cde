namespace Microtome.Api.Settings;

/// <summary>The command line's <c>--data DIR</c>, repeatable, relative to the caller's folder: it replaces the data roots of other sources.</summary>
internal static class DataArguments
{
    private const string Option = "--data";

    /// <summary>Takes the data roots out of the arguments.</summary>
    /// <exception cref="SettingsException">The option has no folder behind it.</exception>
    public static (string[] Others, Dictionary<string, string?> Settings) Take(string[] arguments)
    {
        List<string> rest = [];
        Dictionary<string, string?> settings = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            string? root = null;
            if (arguments[i] == Option)
            {
                root = ++i < arguments.Length ? arguments[i] : throw new SettingsException($"{Option} needs a folder behind it.");
            }
            else if (arguments[i].StartsWith(Option + "=", StringComparison.Ordinal))
            {
                root = arguments[i][(Option.Length + 1)..];
            }

            if (root is null)
            {
                rest.Add(arguments[i]);
            }
            else
            {
                settings[$"Microtome:DataRoots:{settings.Count}"] = root;
            }
        }

        return ([.. rest], settings);
    }
}
