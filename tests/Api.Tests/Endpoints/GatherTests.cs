using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>A gather is <c>a[rows]</c>, however it is asked for.</summary>
public sealed class GatherTests : IAsyncLifetime
{
    private readonly SampleData _data = new();
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.ServeAsync(_data.Folder);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Seeded_gathers_equal_the_naive_way_by_every_road()
    {
        Random random = new(3);
        for (int round = 0; round < 60; round++)
        {
            long[] asked = [.. Enumerable.Range(0, random.Next(0, 200)).Select(_ => random.NextInt64(-_data.Rows, _data.Rows))];
            long[] rows = [.. asked.Select(row => row < 0 ? row + _data.Rows : row)];
            byte[] byGet = await _server.Client.GetByteArrayAsync("/v1/datasets/d/rows?arrays=x,y,@rows&rows=" + string.Join(",", asked));
            byte[] byJson = await PostAsync("/v1/datasets/d/rows", Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { rows = asked, arrays = (string[])["x", "y", "@rows"] })), "application/json");
            byte[] byBytes = await PostAsync("/v1/datasets/d/rows?arrays=x,y,@rows", MemoryMarshal.AsBytes(asked.AsSpan()).ToArray(), "application/octet-stream");
            Assert.Equal(byGet, byJson);
            Assert.Equal(byGet, byBytes);
            Dictionary<string, Safetensors.Tensor> tensors = Safetensors.Read(byGet);
            Assert.Equal(_data.GatherX(rows), tensors["x"].Data);
            Assert.Equal(_data.GatherY(rows), tensors["y"].Data);
            Assert.Equal(rows, MemoryMarshal.Cast<byte, long>(tensors["@rows"].Data).ToArray());
        }
    }

    [Fact]
    public async Task Arrays_omitted_means_all_aligned_ones_largest_items_first()
    {
        byte[] body = await _server.Client.GetByteArrayAsync("/v1/datasets/d/rows?rows=4,2");
        Assert.Equal(["y", "features", "x"], Safetensors.Read(body).Keys);
    }

    [Fact]
    public async Task Reserved_names_keep_their_meaning_where_a_stored_array_has_one()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        Python.Run("""
            import sys, numpy as np, h5py
            with h5py.File(sys.argv[1], 'w') as f:
                for name in ('x', '@valid', '@rows', '__metadata__'): f[name] = np.array([9, 8, 7, 6], 'u1')
            """, folder.File("p.h5"));
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        using JsonDocument batch = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/p/epochs/0/batches/0?batch_size=5&tail=pad&order=sequential&format=json"));
        Assert.Equal(["true", "true", "true", "true", "false"], batch.RootElement.GetProperty("@valid").EnumerateArray().Select(valid => valid.GetRawText()));
        Assert.False(batch.RootElement.TryGetProperty("@rows", out _));
        Assert.Equal([7], await server.Client.GetByteArrayAsync("/v1/datasets/p/arrays/@valid?select=2&format=raw"));
        HttpResponseMessage refused = await server.Client.GetAsync("/v1/datasets/p/rows?rows=1");
        Assert.Equal(HttpStatusCode.NotAcceptable, refused.StatusCode);
        Assert.Contains("__metadata__", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Select_addresses_the_axes_after_the_first()
    {
        Dictionary<string, Safetensors.Tensor> tensors = Safetensors.Read(
            await _server.Client.GetByteArrayAsync("/v1/datasets/d/rows?rows=7,3&arrays=x,features&select=x:1:4,-1&select=features:::2"));
        Assert.Equal([2, 3], tensors["x"].Shape);
        Assert.Equal([.. new[] { 7, 3 }.SelectMany(row => new[] { 1, 2, 3 }.Select(i => _data.X[(row * 30) + (i * 5) + 4]))], tensors["x"].Data);
        Assert.Equal([_data.W[21], _data.W[23], _data.W[9], _data.W[11]], MemoryMarshal.Cast<byte, float>(tensors["features"].Data).ToArray());
    }

    [Fact]
    public async Task Raw_and_npy_hold_exactly_one_array()
    {
        Assert.Equal(_data.GatherX([9, 9, 0]), await _server.Client.GetByteArrayAsync("/v1/datasets/d/rows?rows=9,9,0&arrays=x&format=raw"));
        HttpResponseMessage two = await _server.Client.GetAsync("/v1/datasets/d/rows?rows=9&format=raw");
        Assert.Equal(HttpStatusCode.NotAcceptable, two.StatusCode);
    }

    [Fact]
    public async Task An_array_that_is_not_aligned_is_read_by_itself_only()
    {
        File.WriteAllBytes(Path.Combine(_data.Folder, "d_mask.npy"), Microtome.Fixtures.NpyFile.Make("|u1", "(3,)", [1, 2, 3]));
        await using RunningServer server = await RunningServer.ServeAsync(_data.Folder);
        Assert.Equal([1, 2, 3], await server.Client.GetByteArrayAsync("/v1/datasets/d/arrays/mask?format=raw"));
        Assert.Equal((HttpStatusCode)422, (await server.Client.GetAsync("/v1/datasets/d/rows?rows=0&arrays=mask")).StatusCode);
        Assert.DoesNotContain("mask", Safetensors.Read(await server.Client.GetByteArrayAsync("/v1/datasets/d/rows?rows=0")).Keys);
    }

    private async Task<byte[]> PostAsync(string path, byte[] body, string type)
    {
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        HttpResponseMessage response = await _server.Client.PostAsync(path, content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync();
    }
}
