using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Microtome.Page.Tests;

/// <summary>The program in a process of its own, as people start it: from any folder, built or published.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _state;

    private ServerProcess(Process process, Uri address, string state)
    {
        _process = process;
        _state = state;
        Address = address;
        Client = new() { BaseAddress = address, Timeout = Patience };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>What the build put beside this project's output.</summary>
    public static string Built { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Api", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Microtome.Api.dll"));

    /// <summary>Starts the built program with what it serves by itself: the samples.</summary>
    public static Task<ServerProcess> StartAsync(params string[] arguments) => StartAsync(Built, Path.GetTempPath(), arguments);

    /// <param name="program">The program's assembly.</param>
    /// <param name="folder">Where the caller stands.</param>
    /// <param name="arguments">Of the program; a port is chosen.</param>
    public static async Task<ServerProcess> StartAsync(string program, string folder, string[] arguments)
    {
        string state = Path.Combine(Path.GetTempPath(), $"microtome-page-{Guid.NewGuid():N}");
        ProcessStartInfo start = new("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["exec", program, .. arguments, "--urls", "http://127.0.0.1:0", $"--Microtome:StateDirectory={state}"])
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        TaskCompletionSource<Uri> address = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> said = [];
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            ServerProcess server = new(process, await address.Task.WaitAsync(Patience), state);
            await server.WaitUntilReadyAsync();
            return server;
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        void Hear(string? line)
        {
            if (line is null)
            {
                address.TrySetException(new InvalidOperationException("The server did not start: " + string.Join('\n', said)));
                return;
            }

            said.Add(line);
            if (Listening().Match(line) is { Success: true } match)
            {
                address.TrySetResult(new(match.Groups[1].Value + "/"));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (Directory.Exists(_state))
        {
            Directory.Delete(_state, recursive: true);
        }
    }

    private async Task WaitUntilReadyAsync()
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!(await Client.GetAsync("healthz/ready")).IsSuccessStatusCode)
        {
            Assert.True(waited.Elapsed < Patience, "The server is not ready.");
            await Task.Delay(20);
        }
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
