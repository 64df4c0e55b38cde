using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.House;

/// <summary>Nothing written may rot: what the README tells people to type is run as it is printed, against the samples.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public async Task Every_curl_line_answers()
    {
        if (!File.Exists("/usr/bin/curl"))
        {
            Repository.SkipOrFail("curl is not installed");
        }

        await using RunningServer server = await RunningServer.StartAsync();
        using TemporaryFolder folder = new();
        string[] lines = [.. CurlLine().Matches(Readme).Select(match => match.Value)];
        Assert.True(lines.Length >= 5);
        foreach (string line in lines)
        {
            string command = line.Replace("http://localhost:5080/", server.Address.ToString(), StringComparison.Ordinal).Replace("curl ", "curl -fsS ", StringComparison.Ordinal);
            (int code, string output) = await ShellAsync(command, folder.Path);
            Assert.True(code == 0, $"{line}: {output}");
        }

        Assert.True(new FileInfo(folder.File("digits-images.npy")).Length > 600);
        Assert.True(new FileInfo(folder.File("sheet.png")).Length > 100);
    }

    [Fact]
    public async Task The_python_lines_run()
    {
        Python.Require("numpy");
        await using RunningServer server = await RunningServer.StartAsync();
        string code = PythonBlock().Match(Readme).Groups[1].Value.Replace("http://localhost:5080/", server.Address.ToString(), StringComparison.Ordinal);
        string script = $"import sys; sys.path.insert(0, {JsonSerializer.Serialize(Repository.PathOf("clients", "python"))})\n{code}\nassert first.shape == (10, 8, 4) and images.shape == (3, 8, 8), (first.shape, images.shape)\nassert len(batch['images']) == 64";
        await Task.Run(() => Python.Run(script));
    }

    [Fact]
    public void The_configuration_is_what_the_server_reads()
    {
        string json = JsonBlock().Match(Readme).Groups[1].Value;
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("a.json"), json.Replace("\"DataRoots\": [\"/data\"],", "", StringComparison.Ordinal));
        IConfigurationRoot configuration = new ConfigurationBuilder().AddJsonFile(folder.File("a.json")).Build();
        Microtome.Api.Settings.MicrotomeSettings settings = Microtome.Api.Settings.MicrotomeSettings.Read(configuration, folder.Path, Services.Headerless);
        Assert.Equal(["x", "y"], settings.Catalogue.Datasets.Single().Arrays.Select(array => array.Name));
    }

    [Fact]
    public void The_commands_of_set_up_are_those_two()
    {
        Assert.Contains("\ndotnet run --project src/Api\n", Readme, StringComparison.Ordinal);
        Assert.Contains("\ndotnet test\n", Readme, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> ShellAsync(string command, string folder)
    {
        ProcessStartInfo start = new("/bin/sh") { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error + await output);
    }

    [GeneratedRegex(@"^curl .*$", RegexOptions.Multiline)]
    private static partial Regex CurlLine();

    [GeneratedRegex(@"```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex PythonBlock();

    [GeneratedRegex(@"```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
