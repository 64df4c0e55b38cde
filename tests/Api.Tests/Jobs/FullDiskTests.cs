using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Jobs;

/// <summary>A disk that is full in earnest, wherever in a job that comes: the budget has looked at another one and knows nothing of it.</summary>
public sealed class FullDiskTests
{
    private const int Page = 4096;

    [Fact]
    public async Task A_materialize_fails_wherever_the_disk_is_full_and_leaves_nothing()
    {
        using SampleData data = new();
        using TemporaryFolder state = new();
        string room = state.File("materialized");
        using SmallDisk disk = new(room, Page);
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, $"--Microtome:StateDirectory={state.Path}");
        object job = new { kind = "materialize", dataset = "d", name = "made", arrays = (string[])["x", "y"] };
        byte[] expected = await server.Client.GetByteArrayAsync("/v1/datasets/d/arrays/x?format=raw");

        // From a disk that is full with the first array to one that lacks room for what is written last.
        int pagesOfArrays = Pages(data.X.Length) + Pages(data.Y.Length * sizeof(long));
        HashSet<string> states = [];
        for (int pages = 1; pages <= pagesOfArrays + 4; pages++)
        {
            disk.Resize(pages * Page);
            JsonElement ended = await server.Client.EndAsync(await server.Client.PostAsync(job));
            states.Add(ended.Text("state")!);
            if (ended.Text("state") == "succeeded")
            {
                Assert.True(pages >= pagesOfArrays);
                Assert.Equal(expected, await server.Client.GetByteArrayAsync("/v1/datasets/made/arrays/x?format=raw"));
                Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync("/v1/datasets/made")).StatusCode);
            }
            else
            {
                await AssertFullAsync(server, ended);
            }

            Assert.Empty(Directory.EnumerateFileSystemEntries(room));
        }

        Assert.Equal(["failed", "succeeded"], states);
    }

    [Fact]
    public async Task A_profile_fails_and_leaves_nothing()
    {
        using SampleData data = new();
        using TemporaryFolder state = new();
        string room = state.File("columns");
        using SmallDisk disk = new(room, Page);
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, $"--Microtome:StateDirectory={state.Path}");
        object job = new { kind = "profile", dataset = "d", arrays = (string[])["x"] };
        int pagesOfColumns = Pages(data.Rows * 16) + (2 * Pages(data.Rows * sizeof(double))) + (2 * Pages(data.Rows));
        for (int pages = 1; pages <= pagesOfColumns; pages++)
        {
            disk.Resize(pages * Page);
            await AssertFullAsync(server, await server.Client.EndAsync(await server.Client.PostAsync(job)));
            Assert.Empty(Directory.EnumerateFileSystemEntries(room));
        }

        disk.Resize(2 * pagesOfColumns * Page);
        await server.Client.RunAsync(job);
    }

    private static int Pages(int bytes) => (bytes + Page - 1) / Page;

    /// <summary>The job says what was wrong, nothing is counted for it, and the server serves on.</summary>
    private static async Task AssertFullAsync(RunningServer server, JsonElement ended)
    {
        Assert.Equal("failed", ended.Text("state"));
        JsonElement error = ended.GetProperty("error");
        Assert.Equal(("disk_full", 507), (error.Text("code"), error.GetProperty("status").GetInt32()));
        Assert.Equal(0, (await server.Client.GetFromJsonAsync<JsonElement>("/v1/server")).GetProperty("usage").GetProperty("stateBytes").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/v1/datasets/made")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/v1/datasets/d/epochs/0/batches/0?batch_size=16")).StatusCode);
    }
}
