using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Datasets.Gathering;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Limits;

/// <summary>Every limit holds, names itself, and stops only what it is said to stop.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Bodies_that_are_made_are_bounded_and_bodies_that_are_read_are_not()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder.File("big.npy"), NpyFile.Make("|u1", "(1200, 1000)", new byte[1_200_000]));
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path, "--Microtome:Limits:MaxResponseBytes=1048576");
        foreach (string made in (string[])["arrays/data?format=json", "arrays/data?format=csv", "arrays/data?format=png", "arrays/data?transform=cast(i1)", "rows?rows=0:1200&format=npz", "epochs/0/batches/0?batch_size=1200&format=npz", "epochs/0/batches/0?batch_size=1200&transform=data:cast(i1)"])
        {
            string path = made.Replace("0:1200", string.Join(",", Enumerable.Range(0, 1200)), StringComparison.Ordinal);
            HttpResponseMessage response = await server.Client.GetAsync("/v1/datasets/big/" + path);
            Assert.True(response.StatusCode == HttpStatusCode.RequestEntityTooLarge, made);
            JsonElement problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal(("too_large", 1_048_576, "bytes"), (problem.GetProperty("code").GetString(), problem.GetProperty("limit").GetInt64(), problem.GetProperty("unit").GetString()));
        }

        foreach (string read in (string[])["arrays/data", "arrays/data?format=raw", "arrays/data?format=safetensors", "epochs/0/batches/0?batch_size=1200", "epochs/0/stream?batch_size=1200", "arrays/data?format=json&select=0:1000"])
        {
            Assert.True((await server.Client.GetByteArrayAsync("/v1/datasets/big/" + read)).Length > 1_000_000);
        }
    }

    [Fact]
    public async Task Chunks_are_decoded_up_to_their_limit_and_kept_within_the_budget()
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run("import sys, h5py, numpy as np\nwith h5py.File(sys.argv[1], 'w') as f: f.create_dataset('x', data=np.random.default_rng(1).integers(0, 9, (4096, 1024), dtype='u1'), chunks=(64, 1024), compression='gzip', compression_opts=1)", folder.File("c.h5"));
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path, "--Microtome:Limits:MemoryBudgetBytes=1048576", "--Microtome:Sidecars=false");
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(4096 * 1024, (await server.Client.GetByteArrayAsync("/v1/datasets/c/arrays/x?format=raw")).Length);
        }

        long kept = server.Services.GetRequiredService<Microtome.Hdf5.Reading.ChunkCache>().Bytes;
        Assert.InRange(kept, 64 * 1024, 1 << 20);
        await using RunningServer strict = await RunningServer.ServeAsync(folder.Path, "--Microtome:Limits:MaxChunkBytes=65535");
        HttpResponseMessage refused = await strict.Client.GetAsync("/v1/datasets/c/arrays/x");
        Assert.Equal((HttpStatusCode)422, refused.StatusCode);
        Assert.Equal("not_servable", JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
        Assert.Contains("\"servable\":false", await strict.Client.GetStringAsync("/v1/datasets/c"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_the_places_and_the_queue_reads_are_refused_and_none_leaks()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, "--Microtome:Limits:MaxConcurrentReads=2", "--Microtome:Limits:MaxQueuedReads=1");
        ReadAdmission reads = server.Services.GetRequiredService<ReadAdmission>();
        Assert.True(await reads.TryEnterAsync(default) && await reads.TryEnterAsync(default));
        Task<HttpResponseMessage> queued = server.Client.GetAsync("/v1/datasets/d/rows?rows=1");
        await UntilAsync(() => reads.Waiting == 1);
        HttpResponseMessage refused = await server.Client.GetAsync("/v1/datasets/d/rows?rows=1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter!.Delta);
        Assert.Contains("\"overloaded\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.SendAsync(new(HttpMethod.Head, "/v1/datasets/d/rows?rows=1"))).StatusCode);
        reads.Leave();
        reads.Leave();
        Assert.Equal(HttpStatusCode.OK, (await queued).StatusCode);
        await UntilAsync(() => reads.Active == 0);
    }

    private static async Task UntilAsync(Func<bool> happened)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(20);
        while (!happened())
        {
            Assert.True(DateTime.UtcNow < end, "it did not happen");
            await Task.Delay(10);
        }
    }
}
