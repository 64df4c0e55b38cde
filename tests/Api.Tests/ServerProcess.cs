using System.Diagnostics;
using System.Globalization;

namespace Microtome.Api.Tests;

/// <summary>The program in a process of its own, where what it takes and says is its alone.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Client = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
    }

    public HttpClient Client { get; }

    /// <summary>The process's own memory (RssAnon), in bytes.</summary>
    public long PrivateBytes => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    public static ProcessStartInfo Describe(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Microtome.Api.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>Starts it on a free port and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(params string[] arguments)
    {
        Process process = Process.Start(Describe([.. arguments, "--urls", "http://127.0.0.1:0"]))!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                ServerProcess server = new(process, new(line[(at + Listening.Length)..].Trim()));
                _ = process.StandardOutput.ReadToEndAsync();
                _ = process.StandardError.ReadToEndAsync();
                while (!(await server.Client.GetAsync("/healthz/ready")).IsSuccessStatusCode)
                {
                    await Task.Delay(10);
                }

                return server;
            }
        }

        string error = await process.StandardError.ReadToEndAsync();
        process.Dispose();
        throw new InvalidOperationException("the server did not start: " + error);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
