using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Api.Limits;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Encoders;
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
        foreach (string made in (string[])["arrays/data?format=json", "arrays/data?format=csv", "arrays/data?format=json&select=0:300", "arrays/data?format=csv&select=0:300", "rows?rows=0:300&format=json", "arrays/data?format=png", "arrays/data?transform=cast(i1)", "rows?rows=0:1200&format=npz", "epochs/0/batches/0?batch_size=1200&format=npz", "epochs/0/batches/0?batch_size=1200&transform=data:cast(i1)"])
        {
            string path = Regex.Replace(made, "rows=0:([0-9]+)", match => "rows=" + string.Join(",", Enumerable.Range(0, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))));
            HttpResponseMessage response = await server.Client.GetAsync("/v1/datasets/big/" + path);
            Assert.True(response.StatusCode == HttpStatusCode.RequestEntityTooLarge, made);
            JsonElement problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal(("too_large", 1_048_576, "bytes"), (problem.GetProperty("code").GetString(), problem.GetProperty("limit").GetInt64(), problem.GetProperty("unit").GetString()));
        }

        foreach (string read in (string[])["arrays/data", "arrays/data?format=raw", "arrays/data?format=safetensors", "epochs/0/batches/0?batch_size=1200", "epochs/0/stream?batch_size=1200", "arrays/data?format=raw&select=0:1010"])
        {
            Assert.True((await server.Client.GetByteArrayAsync("/v1/datasets/big/" + read)).Length > 1_000_000);
        }
    }

    [Theory]
    [InlineData("|b1")]
    [InlineData("|u1")]
    [InlineData("|i1")]
    [InlineData("<u2")]
    [InlineData("<i4")]
    [InlineData("<i8")]
    [InlineData("<u8")]
    [InlineData("<f2")]
    [InlineData("<f4")]
    [InlineData("<f8")]
    [InlineData("<c8")]
    [InlineData("<c16")]
    public async Task Texts_are_no_longer_than_what_is_said_of_them_before(string dtype)
    {
        using TemporaryFolder folder = new();
        int itemBytes = int.Parse(dtype[2..], CultureInfo.InvariantCulture);
        byte[] noise = new byte[3000 * itemBytes];
        new Random(4).NextBytes(noise);
        noise.AsSpan(0, 8 * itemBytes).Fill(0xFF);
        if (dtype == "|b1")
        {
            noise.AsSpan().Clear();
        }

        await File.WriteAllBytesAsync(folder.File("a.npy"), NpyFile.Make(dtype, "(1000, 3, 1)", noise));
        await File.WriteAllBytesAsync(folder.File("b.npy"), NpyFile.Make(dtype, "(3000, 1)", noise));
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        foreach ((string path, IBatchEncoder encoder, Shape shape) in new (string, IBatchEncoder, Shape)[] { ("a/arrays/data?format=json", new JsonEncoder(1 << 20), new(1000, 3, 1)), ("b/arrays/data?format=csv", new CsvEncoder(1 << 20), new(3000, 1)) })
        {
            Assert.True(Dtype.TryParse(dtype, out Dtype? type, out _));
            long most = encoder.GetMostBytes(new([new Unread(type, shape)], IsBare: true));
            int sent = (await server.Client.GetByteArrayAsync("/v1/datasets/" + path)).Length;
            Assert.InRange(sent, most / 4, most);
        }
    }

    /// <summary>An array of which nothing but dtype and shape matters.</summary>
    private sealed class Unread(Dtype dtype, Shape shape) : BatchArray("data", dtype, shape)
    {
        public override ValueTask WriteAsync(BatchBody body, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask ReadAsync(long start, Memory<byte> destination, CancellationToken cancellationToken) => throw new NotSupportedException();
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Posted_rows_that_wait_for_their_turn_are_bounded_together(bool isJson)
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, "--Microtome:Limits:MaxConcurrentReads=1", "--Microtome:Limits:MaxRows=1000");
        ReadAdmission reads = server.Services.GetRequiredService<ReadAdmission>();
        PostedRows posted = server.Services.GetRequiredService<PostedRows>();
        Assert.True(await reads.TryEnterAsync(default));
        List<Task<HttpResponseMessage>> waiting = [];
        while (posted.HeldBytes < 7 * 1000 * sizeof(long))
        {
            waiting.Add(PostAsync());
            await UntilAsync(() => reads.Waiting == waiting.Count);
        }

        Assert.InRange(waiting.Count, 4, 8);
        while (reads.Waiting == waiting.Count && waiting.Count < 9)
        {
            Task<HttpResponseMessage> next = PostAsync();
            await UntilAsync(() => next.IsCompleted || reads.Waiting == waiting.Count + 1);
            if (next.IsCompleted)
            {
                HttpResponseMessage refused = await next;
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                Assert.NotNull(refused.Headers.RetryAfter!.Delta);
                break;
            }

            waiting.Add(next);
        }

        Assert.InRange(waiting.Count, 4, 8); // Otherwise none was refused.
        reads.Leave();
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        await UntilAsync(() => posted.HeldBytes == 0);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync()).StatusCode);

        Task<HttpResponseMessage> PostAsync()
        {
            long[] rows = [.. Enumerable.Range(0, 1000).Select(row => (long)row % 500)];
            HttpContent content = isJson
                ? new StringContent(JsonSerializer.Serialize(new { rows }), MediaTypeHeaderValue.Parse("application/json"))
                : new ByteArrayContent(MemoryMarshal.AsBytes(rows.AsSpan()).ToArray()) { Headers = { ContentType = new("application/octet-stream") } };
            return server.Client.PostAsync("/v1/datasets/d/rows", content);
        }
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
