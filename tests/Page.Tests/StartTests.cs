using System.Diagnostics;
using Microtome.Fixtures;

namespace Microtome.Page.Tests;

/// <summary>The page is whole wherever the program is started from, built or published.</summary>
public sealed class StartTests(Browsing browsing)
{
    [Fact]
    public async Task Published_and_started_from_an_empty_folder()
    {
        Browsing.RequireChromium();
        using TemporaryFolder program = new();
        using TemporaryFolder elsewhere = new();
        Publish(program.Path);
        await using ServerProcess server = await ServerProcess.StartAsync(program.File("Microtome.Api.dll"), elsewhere.Path, []);
        await LookAsync(server);
    }

    [Fact]
    public async Task Built_and_started_from_an_empty_folder()
    {
        Browsing.RequireChromium();
        using TemporaryFolder elsewhere = new();
        await using ServerProcess server = await ServerProcess.StartAsync(ServerProcess.Built, elsewhere.Path, []);
        await LookAsync(server);
    }

    private async Task LookAsync(ServerProcess server)
    {
        await using WatchedPage page = await browsing.OpenAsync(server);
        await page.GoAsync("#/d/digits");
        Assert.Equal(64, (await page.RowsAsync()).Length);
        Assert.Contains("Sans", await page.Page.EvaluateAsync<string>("() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family).join()"), StringComparison.Ordinal);
        page.AssertQuiet("started elsewhere");
    }

    /// <summary>What is built already is published as it is.</summary>
    private static void Publish(string folder)
    {
        string configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["publish", Repository.PathOf("src", "Api"), "--no-build", "--configuration", configuration, "--output", folder])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
    }
}
