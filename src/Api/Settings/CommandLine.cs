using Microtome.Datasets.Wording;

namespace Microtome.Api.Settings;

/// <summary>
/// The command line's settings, <c>--key value</c> or <c>--key=value</c>. The framework takes any key and passes over what is no
/// setting at all; here a typo is an error, since it would serve the wrong folder at the wrong address.
/// </summary>
internal static class CommandLine
{
    private const string Prefix = "--";

    /// <summary>Sections of ours and of the framework's, and its settings of the host.</summary>
    private static readonly string[] Known =
    [
        "data", "Microtome", "Logging", "Kestrel", "urls", "http_ports", "https_ports", "environment", "applicationName", "contentRoot", "webroot",
        "preferHostingUrls", "shutdownTimeoutSeconds", "detailedErrors", "AllowedHosts",
    ];

    /// <exception cref="SettingsException">An argument is not a setting.</exception>
    public static void RequireKnown(string[] arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith(Prefix, StringComparison.Ordinal))
            {
                throw new SettingsException($"{argument} is not a setting; a folder is served with {DataArguments.Option} {argument}.");
            }

            string[] parts = argument[Prefix.Length..].Split('=', 2);
            string section = parts[0].Split(':', 2)[0];
            if (!Known.Contains(section, StringComparer.OrdinalIgnoreCase))
            {
                throw new SettingsException($"{Prefix}{section} is not a setting; did you mean {Prefix}{Spelling.Nearest(section, Known)}?");
            }

            if (parts.Length == 1 && ++i == arguments.Length)
            {
                throw new SettingsException($"{argument} needs a value behind it.");
            }
        }
    }
}
