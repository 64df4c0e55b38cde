using System.Diagnostics;
using Microtome.Fixtures;

namespace Microtome.Page.Tests;

/// <summary>What is copied runs as it is, and gives the rows on the screen.</summary>
public sealed class SnippetTests(Browsing browsing)
{
    private const string State = "#/d/digits?seed=5&epoch=2&order=window:9&batch=40&ranks=2&rank=1&tail=keep&step=4";

    [Fact]
    public async Task Curl_fetches_the_rows_on_the_screen()
    {
        Python.Require("numpy");
        await using WatchedPage page = await browsing.OpenAsync();
        (string code, long[] rows) = await CopyAsync(page, State, "curl");
        using TemporaryFolder folder = new();
        Run("/bin/sh", folder.Path, code);
        string labels = Python.Run(ReadLabels, folder.File("batch.safetensors"));
        Assert.Equal(await LabelsAsync(rows[20..]), labels.Trim());
    }

    [Theory]
    [InlineData("Python", "print(*labels.tolist())", 20, "")]
    [InlineData("Python", "print(*labels.tolist())", 0, "&rank=-1")]
    [InlineData("PyTorch", "print(*labels.tolist())", 20, "")]
    public async Task Python_lines_give_the_rows_on_the_screen(string language, string print, int from, string more)
    {
        Python.Require("numpy");
        if (language == "PyTorch")
        {
            Python.Require("torch");
        }

        await using WatchedPage page = await browsing.OpenAsync();
        (string code, long[] rows) = await CopyAsync(page, State + more, language);

        // The loop's body is the reader's: here it prints the first batch and ends.
        string script = language == "PyTorch" ? code.Replace("    ...", $"    {print}\n    break", StringComparison.Ordinal) : $"{code}\n{print}";
        string path = $"import sys; sys.path.insert(0, {System.Text.Json.JsonSerializer.Serialize(Repository.PathOf("clients", "python"))})\n";
        string labels = await Task.Run(() => Python.Run(path + script));
        Assert.Equal(await LabelsAsync(rows[from..]), labels.Trim());
    }

    [Fact]
    public async Task A_sample_s_address_is_the_sample()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits?row=31");
        await page.Page.GetByText("Copy URL").ClickAsync();
        string url = await page.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        byte[] copied = await browsing.Samples.Client.GetByteArrayAsync(url + "&format=raw");
        Assert.Equal(await browsing.Samples.Client.GetByteArrayAsync("v1/datasets/digits/arrays/images?select=31&format=raw"), copied);
    }

    private const string ReadLabels =
        """
        import json, struct, sys
        import numpy as np
        body = open(sys.argv[1], "rb").read()
        length = struct.unpack("<Q", body[:8])[0]
        start, end = json.loads(body[8:8 + length])["labels"]["data_offsets"]
        print(*np.frombuffer(body[8 + length + start:8 + length + end], "<i8").tolist())
        """;

    private static async Task<(string Code, long[] Rows)> CopyAsync(WatchedPage page, string place, string language)
    {
        await page.GoAsync(place);
        await page.Page.Locator(".code .tabs").GetByText(language, new() { Exact = true }).ClickAsync();
        await page.Page.GetByText("Copy code").ClickAsync();
        await page.Page.GetByText("Copied").First.WaitForAsync();
        string code = await page.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        Assert.Contains("version=", code, StringComparison.Ordinal);
        page.AssertQuiet(language);
        return (code, await page.RowsAsync());
    }

    private async Task<string> LabelsAsync(long[] rows)
    {
        string list = await browsing.Samples.Client.GetStringAsync($"v1/datasets/digits/arrays/labels?select=({string.Join(',', rows)})&format=json");
        return list.Trim('[', ']').Replace(',', ' ');
    }

    private static void Run(string shell, string folder, string command)
    {
        ProcessStartInfo start = new(shell) { WorkingDirectory = folder, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
