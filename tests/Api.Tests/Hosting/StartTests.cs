using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Hosting;

/// <summary>The program itself, as an operator starts it: a wrong setting ends it with one line that says which, and nothing else.</summary>
public sealed class StartTests
{
    private static readonly string[] Wider = ["ApiKeys", "AllowAnonymous"];

    [Fact]
    public async Task A_start_that_cannot_be_says_why_in_one_line()
    {
        using TemporaryFolder folder = new();
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string used = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        (string[] Arguments, string[] Named)[] cases =
        [
            (["--urls", "http://0.0.0.0:0"], Wider),
            (["--urls", $"http://{Dns.GetHostName()}:0"], Wider),
            (["--urls", "http://127.0.0.1:0;http://[::]:0"], Wider),
            (["--https_ports=0"], Wider),
            (["--Kestrel:Endpoints:A:Url=http://+:0"], Wider),
            (["--urls", used], ["already in use"]),
            (["--urls", "here"], ["'here'"]),
            (["--urls", "https://127.0.0.1:0"], ["certificate"]),
            (["--data"], ["--data"]),
            (["--data", ""], ["--data"]),
            (["--data=" + folder.File("none")], ["no folder"]),
            ([folder.Path], ["--data " + folder.Path]),
            (["--dta", folder.Path], ["--dta", "did you mean --data"]),
            (["--urls"], ["--urls"]),
            (["--Microtome:AllowedOrigins:0=*"], ["AllowedOrigins", "'*'"]),
            (["--Microtome:AllowedOrigins:0=https://lab.example/page"], ["AllowedOrigins"]),
            (["--Microtome:AllowedOrigins:0=https://lab.example:443"], ["AllowedOrigins"]),
            (["--Microtome:AllowedOrigins:0=lab.example"], ["AllowedOrigins"]),
            (["--Microtome:AllowedHosts:0=http://lab.example"], ["AllowedHosts"]),
            (["--Microtome:AllowedHosts:0=lab.example:5000"], ["AllowedHosts"]),
            (["--Microtome:ApiKeys:0:Name=k", "--Microtome:ApiKeys:0:Sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"], ["empty key"]),
        ];
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (start, cancellation) =>
        {
            (int code, string output, string error) = await RunAsync(start.Arguments);
            string said = $"{string.Join(' ', start.Arguments)}\n{output}{error}";
            Assert.True(code == 1, said);
            Assert.True(output.Length == 0, said);
            Assert.True(error.TrimEnd('\n').Split('\n').Length == 1, said);
            Assert.All(start.Named, named => Assert.True(error.Contains(named, StringComparison.OrdinalIgnoreCase), said));
        });
    }

    [Fact]
    public async Task Data_roots_of_the_command_line_replace_those_of_every_other_source()
    {
        using SampleData data = new(10);
        using TemporaryFolder other = new();
        await File.WriteAllBytesAsync(other.File("other.npy"), NpyFile.Make("|u1", "(1,)", [1]));
        foreach (string source in (string[])[$"--Microtome:DataRoots={other.Path}", $"--Microtome:DataRoots:0={other.Path}", $"--Microtome:DataRoots:7={other.Path}"])
        {
            await using RunningServer server = await RunningServer.ServeAsync(data.Folder, source);
            Assert.Equal(["d"], server.Catalogue.Datasets.Select(dataset => dataset.Name));
        }

        await using RunningServer both = await RunningServer.StartAsync("--data", data.Folder, "--data=" + Path.GetRelativePath(Directory.GetCurrentDirectory(), other.Path));
        Assert.Equal(["d", "other"], both.Catalogue.Datasets.Select(dataset => dataset.Name));
    }

    [Fact]
    public async Task A_thousand_files_are_served_by_the_program()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 1000; i++)
        {
            await File.WriteAllBytesAsync(folder.File($"f{i:000}.npy"), NpyFile.Make("|u1", "(2,)", [1, 2]));
        }

        await File.WriteAllBytesAsync(folder.File("bad.npy"), [0x93, .. "NUMPY"u8, 1, 0, 255, 255]);
        await using ServerProcess server = await ServerProcess.StartAsync("--data", folder.Path);
        Assert.Equal(1000, (await server.Client.GetStringAsync("/v1/datasets")).Split("\"version\"").Length - 1);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments)
    {
        using Process process = Process.Start(ServerProcess.Describe(arguments))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(); // It started: that is a failure of the test, told by the code.
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return (process.ExitCode, await output, await error);
    }
}
