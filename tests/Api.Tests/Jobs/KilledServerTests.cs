using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Jobs;

/// <summary>The server as a process of its own, killed at ten moments while it works: what it publishes is whole, and the same bytes.</summary>
public sealed partial class KilledServerTests
{
    private const int Kills = 10;
    private const int Rows = 600;
    private const int Side = 96;
    private const string Transform = "resize(24,24,area)|cast(f4)|div(255)";

    [Fact]
    public async Task Ten_kills_leave_no_half_written_dataset_and_the_finished_bytes_are_the_same()
    {
        using TemporaryFolder folder = new();
        Random random = new(20261125);
        WriteImages(folder, random);
        int kills = 0;
        for (int round = 0; kills < Kills; round++)
        {
            using ServerProcess server = await ServerProcess.StartAsync(folder);
            await AssertWholeAsync(server.Client);
            JsonElement jobs = (await server.Client.GetFromJsonAsync<JsonElement>("/v1/jobs")).GetProperty("jobs");
            if (!jobs.EnumerateArray().Any(job => job.Text("state") is "queued" or "running"))
            {
                await server.Client.PostAsync(Materialize($"made{round}"));
                await server.Client.PostAsync(new { kind = "profile", dataset = "train" });
            }

            await Task.Delay(random.Next(250));
            server.Kill();
            kills++;
        }

        using ServerProcess last = await ServerProcess.StartAsync(folder);
        await last.Client.RunAsync(Materialize("reference"));
        foreach (JsonElement job in (await last.Client.GetFromJsonAsync<JsonElement>("/v1/jobs")).GetProperty("jobs").EnumerateArray())
        {
            Assert.Equal("succeeded", (await last.Client.EndAsync(job)).Text("state"));
        }

        Assert.True(await AssertWholeAsync(last.Client) >= 2);
        byte[] expected = await last.Client.GetByteArrayAsync("/v1/datasets/train/arrays/images?format=raw&transform=" + Uri.EscapeDataString(Transform));
        Assert.Equal(expected, await last.Client.GetByteArrayAsync("/v1/datasets/reference/arrays/images?format=raw"));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(folder.File("state/materialized")), entry => Path.GetFileName(entry).StartsWith('.'));
        Assert.All(Directory.EnumerateDirectories(folder.File("state/columns")), entry => Assert.False(Path.GetFileName(entry).StartsWith('.')));
        JsonElement images = (await last.Client.GetFromJsonAsync<JsonElement>("/v1/datasets/train")).GetProperty("arrays").EnumerateArray().Single(array => array.Text("name") == "images");
        Assert.Equal(Rows * Side * Side * 3, images.GetProperty("statistics").GetProperty("count").GetInt64());
    }

    private static object Materialize(string name) =>
        new { kind = "materialize", dataset = "train", view = "slice(0:600)", name, transform = new { images = Transform } };

    /// <summary>Every dataset that was made is there with all its rows and one and the same version, which is a hash of its bytes.</summary>
    private static async Task<int> AssertWholeAsync(HttpClient client)
    {
        JsonElement[] made = [.. (await client.GetFromJsonAsync<JsonElement>("/v1/datasets")).GetProperty("datasets").EnumerateArray().Where(dataset => dataset.Text("name") != "train")];
        Assert.All(made, dataset => Assert.Equal((Rows, 2), (dataset.GetProperty("rows").GetInt32(), dataset.GetProperty("arrayCount").GetInt32())));
        Assert.True(made.Select(dataset => dataset.Text("version")).Distinct().Count() <= 1);
        return made.Length;
    }

    private static void WriteImages(TemporaryFolder folder, Random random)
    {
        Directory.CreateDirectory(folder.File("data"));
        byte[] images = new byte[Rows * Side * Side * 3];
        random.NextBytes(images);
        byte[] labels = new byte[Rows];
        random.NextBytes(labels);
        File.WriteAllBytes(folder.File("data/train_images.npy"), NpyFile.Make("|u1", $"({Rows}, {Side}, {Side}, 3)", images));
        File.WriteAllBytes(folder.File("data/train_labels.npy"), NpyFile.Make("|u1", $"({Rows},)", labels));
    }

    /// <summary>The program as people start it.</summary>
    private sealed partial class ServerProcess : IDisposable
    {
        private readonly Process _process;

        private ServerProcess(Process process, Uri address)
        {
            _process = process;
            Client = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        }

        public HttpClient Client { get; }

        public static async Task<ServerProcess> StartAsync(TemporaryFolder folder)
        {
            ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Microtome.Api.dll"), "--data", folder.File("data"), "--urls", "http://127.0.0.1:0", $"--Microtome:StateDirectory={folder.File("state")}"])
            {
                start.ArgumentList.Add(argument);
            }

            Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            ServerProcess? server = null;
            while (server is null && await process.StandardOutput.ReadLineAsync() is { } line)
            {
                server = Address().Match(line) is { Success: true } match ? new(process, new Uri(match.Groups[1].Value)) : null;
            }

            Assert.NotNull(server);
            process.OutputDataReceived += (_, _) => { };
            _ = process.StandardOutput.ReadToEndAsync();
            while ((await server.Client.GetAsync("/healthz/ready")).StatusCode != HttpStatusCode.OK)
            {
                await Task.Delay(5);
            }

            return server;
        }

        /// <summary>As <c>kill -9</c> does.</summary>
        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            Client.Dispose();
            if (!_process.HasExited)
            {
                Kill();
            }

            _process.Dispose();
        }

        [GeneratedRegex(@"(http://127\.0\.0\.1:\d+)")]
        private static partial Regex Address();
    }
}
