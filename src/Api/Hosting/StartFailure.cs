using System.Net.Sockets;
using Microtome.Api.Settings;

namespace Microtome.Api.Hosting;

/// <summary>
/// Why the server does not start, in one line: a setting of ours, or what the framework says of one of its own (an address that
/// is taken or malformed, a certificate that is missing, a settings file that is no JSON). Anything else is a mistake of ours.
/// </summary>
internal static class StartFailure
{
    public static string? Explain(Exception error) => error switch
    {
        SettingsException => error.Message,
        IOException or InvalidDataException or SocketException or FormatException or InvalidOperationException or UnauthorizedAccessException => "The server cannot start: " + Join(error),
        _ => null,
    };

    /// <summary>The first line of the message, and of the innermost one where that says more.</summary>
    private static string Join(Exception error)
    {
        string outer = FirstLine(error.Message);
        string inner = FirstLine(error.GetBaseException().Message);
        return outer.Contains(inner, StringComparison.OrdinalIgnoreCase) ? outer : $"{outer} {inner}";
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();
}
