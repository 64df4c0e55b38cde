using System.Globalization;
using Microtome.Datasets.Wording;

namespace Microtome.Api.Settings;

/// <summary>Reads one section of the configuration into values that cannot be wrong; every complaint names the setting.</summary>
internal readonly struct SettingsReader(IConfigurationSection section)
{
    public string Path => section.Path;

    /// <exception cref="SettingsException">The section has a key that nothing reads.</exception>
    public void AllowOnly(params string[] keys)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new SettingsException($"{child.Path} is not a setting; did you mean {Spelling.Nearest(child.Key, keys)}?");
            }
        }
    }

    public string? Text(string key) => string.IsNullOrEmpty(section[key]) ? null : section[key];

    public bool Flag(string key, bool fallback = false) => Text(key) switch
    {
        null => fallback,
        string text when bool.TryParse(text, out bool value) => value,
        string text => throw new SettingsException($"{section.Path}:{key} is '{text}'; it is true or false."),
    };

    public long Number(string key, long fallback, long least, long most = long.MaxValue)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most
            ? value
            : throw new SettingsException($"{section.Path}:{key} is '{text}'; it is a whole number from {least} to {most}.");
    }

    /// <summary>A list, or one text with semicolons between its items.</summary>
    public string[] List(string key)
    {
        IConfigurationSection list = section.GetSection(key);
        return list.Value is { Length: > 0 } text
            ? text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [.. list.GetChildren().Select(item => item.Value ?? "").Where(item => item.Length > 0)];
    }

    public IEnumerable<SettingsReader> Children() => section.GetChildren().Select(child => new SettingsReader(child));

    public string Key => section.Key;

    public string? Value => section.Value;

    public SettingsReader Child(string key) => new(section.GetSection(key));
}
