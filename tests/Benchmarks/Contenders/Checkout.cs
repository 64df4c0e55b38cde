using System.Diagnostics;

namespace Microtome.Benchmarks.Contenders;

/// <summary>The working copy that this program was built in.</summary>
internal static class Checkout
{
    /// <summary>Null where the program was copied elsewhere.</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>Publishes the server by the Dockerfile's own command, compiled ahead. The program's path; null where that cannot be done.</summary>
    /// <param name="folder">Where to.</param>
    public static string? PublishServer(string folder)
    {
        if (Root is null)
        {
            return null;
        }

        const string command = "RUN dotnet ";
        string line = File.ReadLines(Path.Combine(Root, "Dockerfile")).Single(line => line.StartsWith(command, StringComparison.Ordinal));
        IEnumerable<string> arguments = line[command.Length..].Split(' ').TakeWhile(argument => argument != "--output");
        ProcessStartInfo start = new("dotnet", [.. arguments, "--output", folder, "--artifacts-path", Path.Combine(folder, "artifacts"), "--nologo", "--verbosity", "quiet"]) { WorkingDirectory = Root };
        using Process publish = Process.Start(start)!;
        publish.WaitForExit();
        return publish.ExitCode == 0 ? Path.Combine(folder, Path.GetFileNameWithoutExtension(MicrotomeServer.ServerPath)) : null;
    }

    private static string? FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Api.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName;
    }
}
