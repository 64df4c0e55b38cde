namespace Microtome.Api.Settings;

/// <summary>The command line's <c>--data DIR</c>, repeatable, relative to the caller's folder: it replaces the data roots of other sources.</summary>
internal static class DataArguments
{
    public const string Option = "--data";

    private const string Roots = "Microtome:DataRoots";

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
                root = ++i < arguments.Length ? arguments[i] : "";
            }
            else if (arguments[i].StartsWith(Option + "=", StringComparison.Ordinal))
            {
                root = arguments[i][(Option.Length + 1)..];
            }

            if (root is null)
            {
                rest.Add(arguments[i]);
            }
            else if (root.Length == 0)
            {
                throw new SettingsException($"{Option} needs a folder behind it.");
            }
            else
            {
                settings[$"{Roots}:{settings.Count}"] = root;
            }
        }

        return ([.. rest], settings);
    }

    /// <summary>
    /// Puts the data roots of the command line in the place of all others: those of other sources stand under numbers of their own,
    /// or in one text, and would shine through.
    /// </summary>
    public static void Replace(ConfigurationManager configuration, Dictionary<string, string?> settings)
    {
        if (settings.Count == 0)
        {
            return;
        }

        settings[Roots] = null;
        foreach (IConfigurationSection root in configuration.GetSection(Roots).GetChildren())
        {
            settings.TryAdd(root.Path, null);
        }

        configuration.AddInMemoryCollection(settings);
    }
}
