using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microtome.Api.Tests.Jobs;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>What somebody or a failing disk changed in the state directory is not believed: no other rows, no failure, and nothing outside it.</summary>
public sealed class DamagedStateTests : IDisposable
{
    private const int Rows = 70_000; // Enough for evaluated views to be kept on the disk.

    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _state = new();
    private readonly long[] _y = [.. Enumerable.Range(0, Rows).Select(row => row * 31L % 10)];

    public DamagedStateTests() =>
        File.WriteAllBytes(_data.File("d.npy"), NpyFile.Make("<i8", $"({Rows},)", MemoryMarshal.AsBytes(_y.AsSpan())));

    public void Dispose()
    {
        _data.Dispose();
        _state.Dispose();
    }

    [Theory]
    [InlineData("where(data == 3)")]
    [InlineData("sample(n=500,seed=1)")]
    public async Task A_kept_view_with_any_other_header_is_evaluated_anew(string view)
    {
        byte[] expected = await GetAsync(view);
        string path = Assert.Single(Directory.GetFiles(Path.Combine(_state.Path, "view-rows")));
        byte[] whole = await File.ReadAllBytesAsync(path);
        foreach (int at in (int[])[4, 5, 6, 8, 16, 24, 40, 56, whole.Length - 1])
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 5;
            await File.WriteAllBytesAsync(path, damaged);
            Assert.Equal(expected, await GetAsync(view));
        }

        async Task<byte[]> GetAsync(string text)
        {
            await using RunningServer server = await StartAsync();
            return await server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/0/order?order=sequential&format=npy&view={Uri.EscapeDataString(text)}");
        }
    }

    [Theory]
    [InlineData("""{"name":"v","rows":[5,1,9,77]}""")]
    [InlineData("""{"name":"v","expression":"where(data == 3)"}""")]
    public async Task A_stored_view_is_there_as_it_was_stored_or_not_at_all(string body)
    {
        byte[] expected;
        await using (RunningServer server = await StartAsync())
        {
            using StringContent content = new(body, System.Text.Encoding.UTF8, "application/json");
            Assert.Equal(HttpStatusCode.Created, (await server.Client.PostAsync("/v1/datasets/d/views", content)).StatusCode);
            expected = await server.Client.GetByteArrayAsync("/v1/datasets/d/views/v/rows?format=npy");
        }

        string path = Assert.Single(Directory.GetFiles(Path.Combine(_state.Path, "views")));
        byte[] whole = await File.ReadAllBytesAsync(path);
        for (int at = 0; at <= whole.Length; at += 29)
        {
            byte[] damaged = [.. whole];
            damaged[Math.Min(at, whole.Length - 1)] ^= 1;
            await File.WriteAllBytesAsync(path, damaged);
            await using RunningServer server = await StartAsync();
            HttpResponseMessage response = await server.Client.GetAsync("/v1/datasets/d/views/v/rows?format=npy");
            byte[] rows = await response.Content.ReadAsByteArrayAsync();
            Assert.True(response.StatusCode == HttpStatusCode.NotFound || rows.AsSpan().SequenceEqual(expected), $"byte {at}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task Views_that_an_earlier_build_stored_are_still_there()
    {
        string folder = Path.Combine(_state.Path, "views");
        await using (RunningServer server = await StartAsync())
        {
            await server.Client.PostAsJsonAsync("/v1/datasets/d/views", new { name = "v", rows = (long[])[5, 1] });
        }

        string path = Assert.Single(Directory.GetFiles(folder));
        string line = (await File.ReadAllTextAsync(path)).Split('\n')[0];
        using JsonDocument now = JsonDocument.Parse(line);
        string before = line.Replace("\"format\":2", "\"format\":1", StringComparison.Ordinal).Replace($",\"digest\":\"{now.RootElement.GetProperty("digest").GetString()}\"", "", StringComparison.Ordinal);
        foreach ((long[] rows, HttpStatusCode status) in (ValueTuple<long[], HttpStatusCode>[])[([5, 1], HttpStatusCode.OK), ([5, Rows], HttpStatusCode.NotFound), ([-1, 5], HttpStatusCode.NotFound)])
        {
            await File.WriteAllBytesAsync(path, [.. System.Text.Encoding.UTF8.GetBytes(before + "\n"), .. MemoryMarshal.AsBytes(rows.AsSpan())]);
            await using RunningServer server = await StartAsync();
            Assert.Equal(status, (await server.Client.GetAsync("/v1/datasets/d/views/v/rows")).StatusCode);
        }
    }

    [Fact]
    public async Task What_was_never_posted_is_no_job()
    {
        string state = Path.Combine(_state.Path, "place");
        string jobs = Directory.CreateDirectory(Path.Combine(state, "jobs")).FullName;
        string version;
        await using (RunningServer server = await StartAsync(state))
        {
            version = (await server.Client.GetFromJsonAsync<JsonElement>("/v1/datasets/d")).Text("version")!;
        }

        Write("j-000000000000000a", """{"kind":"profile","dataset":"d","version":"V","arrays":["data"]}""", state: "7");
        Write("j-0000000000000007", """{"kind":"profile","dataset":"d","version":"V","arrays":["data"]}""", state: "\"failed, cancelled\"");
        Write("j-0000000000000008", """{"kind":"profile","dataset":"d","version":"V","arrays":[]}""");
        Write("j-0000000000000009", """{"kind":"profile","dataset":"d","version":"V","arrays":["data"],"transform":{"data":null}}""");
        Write("g", """{"kind":"profile","dataset":"d","version":"V","arrays":["data"]}""");
        Write("j-000000000000000b", """{"kind":"profile","dataset":"d","version":"V","arrays":[null]}""");
        Write("j-000000000000000c", """{"kind":"materialize","dataset":"d","version":"V","arrays":["data"],"name":"../../out"}""");
        Write("j-000000000000000d", """{"kind":"materialize","dataset":"d","version":"V","arrays":["data"]}""");
        Write("j-000000000000000e", """{"kind":"train","dataset":"d","version":"V","arrays":["data"]}""");
        Write("j-000000000000000f", """{"kind":"profile","dataset":"d","version":"V","arrays":["data"]}""", id: "../../g");
        await using (RunningServer server = await StartAsync(state))
        {
            Assert.Equal("""{"jobs":[]}""", await server.Client.GetStringAsync("/v1/jobs"));
            await server.Client.RunAsync(new { kind = "profile", dataset = "d" });
        }

        Assert.Equal(["place"], Directory.GetFileSystemEntries(_state.Path).Select(Path.GetFileName));

        void Write(string file, string spec, string state = "\"queued\"", string? id = null) => File.WriteAllText(
            Path.Combine(jobs, file + ".json"),
            $$"""{"id":"{{id ?? file}}","spec":{{spec.Replace("\"V\"", $"\"{version}\"", StringComparison.Ordinal)}},"state":{{state}},"created":"2026-01-01T00:00:00+00:00","done":0,"total":70000,"peakMemory":0}""");
    }

    private Task<RunningServer> StartAsync(string? state = null) => RunningServer.ServeAsync(_data.Path, $"--Microtome:StateDirectory={state ?? _state.Path}");
}
