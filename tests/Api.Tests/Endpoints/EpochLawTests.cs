using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>The laws of epochs, over HTTP: what a trainer may build on.</summary>
public sealed class EpochLawTests : IAsyncLifetime
{
    private readonly SampleData _data = new();
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.ServeAsync(_data.Folder);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData("sequential", "keep")]
    [InlineData("shuffle", "keep")]
    [InlineData("shuffle", "drop")]
    [InlineData("shuffle", "pad")]
    public async Task An_epoch_visits_every_row_once(string order, string tail)
    {
        const int batch = 64;
        List<long> seen = [];
        long steps = await StepsAsync($"batch_size={batch}&order={order}&tail={tail}");
        for (long step = 0; step < steps; step++)
        {
            Dictionary<string, Safetensors.Tensor> tensors = await BatchAsync(3, step, $"batch_size={batch}&order={order}&tail={tail}&arrays=x,@rows");
            long[] rows = Int64(tensors["@rows"]);
            Assert.Equal(_data.GatherX(rows), tensors["x"].Data);
            seen.AddRange(tail == "pad" ? rows.Take(tensors["@valid"].Data.Count(valid => valid == 1)) : rows);
        }

        int expected = tail == "drop" ? _data.Rows / batch * batch : _data.Rows;
        Assert.Equal(expected, seen.Count);
        Assert.Equal(expected, seen.Distinct().Count());
    }

    [Fact]
    public async Task Padding_repeats_the_start_of_the_order()
    {
        long[] order = await OrderAsync("seed=5");
        Dictionary<string, Safetensors.Tensor> last = await BatchAsync(0, 0, "batch_size=700&seed=5&tail=pad&arrays=@rows");
        Assert.Equal(Enumerable.Range(0, 700).Select(position => order[position % order.Length]), Int64(last["@rows"]));
        Assert.Equal(500, last["@valid"].Data.Count(valid => valid == 1));
    }

    [Fact]
    public async Task Ranks_are_disjoint_cover_the_batch_and_join_to_it()
    {
        foreach (int batch in (int[])[4, 50, 123])
        {
            foreach (string tail in (string[])["drop", "keep", "pad"])
            {
                long steps = await StepsAsync($"batch_size={batch}&tail={tail}");
                foreach (long step in (long[])[0, steps - 1])
                {
                    long[] whole = Int64((await BatchAsync(1, step, $"batch_size={batch}&tail={tail}&arrays=@rows"))["@rows"]);
                    for (int world = 1; world <= 9; world++)
                    {
                        List<long> joined = [];
                        for (int rank = 0; rank < world; rank++)
                        {
                            joined.AddRange(Int64((await BatchAsync(1, step, $"batch_size={batch}&tail={tail}&arrays=@rows&rank={rank}&world_size={world}"))["@rows"]));
                        }

                        Assert.Equal(whole, joined);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("keep")]
    [InlineData("pad")]
    public async Task A_stream_is_its_batches(string tail)
    {
        string query = $"batch_size=37&seed=9&tail={tail}&arrays=y,x&rank=1&world_size=3";
        byte[] stream = await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/2/stream?{query}");
        List<Frame> frames = Frame.ReadAll(stream);
        Assert.Equal(1, frames[0].Kind);
        Assert.Equal(4, frames[^1].Kind);
        long steps = JsonDocument.Parse(frames[0].Payload).RootElement.GetProperty("steps").GetInt64();
        Assert.Equal(steps, frames.Count - 2);
        for (int step = 0; step < steps; step++)
        {
            byte[] batch = await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/2/batches/{step}?{query}");
            Assert.Equal(2, frames[step + 1].Kind);
            Assert.Equal(step, frames[step + 1].Step);
            Assert.Equal(batch, frames[step + 1].Payload);
        }
    }

    [Fact]
    public async Task A_stream_cut_anywhere_and_resumed_loses_and_repeats_nothing()
    {
        const string query = "batch_size=100&seed=4&tail=keep&arrays=@rows,y";
        byte[] whole = await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/0/stream?{query}");
        List<byte[]> expected = [.. Frame.ReadAll(whole).Where(frame => frame.Kind == 2).Select(frame => frame.Payload)];
        for (int cut = 0; cut < whole.Length; cut += 61)
        {
            List<byte[]> got = [.. Frame.ReadAll(whole.AsSpan(0, cut)).Where(frame => frame.Kind == 2).Select(frame => frame.Payload)];
            byte[] rest = await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/0/stream?{query}&start={got.Count}");
            got.AddRange(Frame.ReadAll(rest).Where(frame => frame.Kind == 2).Select(frame => frame.Payload));
            Assert.Equal(expected, got);
        }
    }

    [Fact]
    public async Task A_stream_says_where_it_ended()
    {
        JsonElement part = End(await _server.Client.GetByteArrayAsync("/v1/datasets/d/epochs/0/stream?batch_size=100&start=1&stop=3&arrays=y"));
        Assert.Equal((2, 200, 1600, 3), (part.GetProperty("steps").GetInt64(), part.GetProperty("rows").GetInt64(), part.GetProperty("bytes").GetInt64(), part.GetProperty("next").GetInt64()));
        JsonElement end = End(await _server.Client.GetByteArrayAsync("/v1/datasets/d/epochs/0/stream?batch_size=100&start=5&stop=99&arrays=y"));
        Assert.Equal((0, JsonValueKind.Null), (end.GetProperty("steps").GetInt64(), end.GetProperty("next").ValueKind));
        HttpResponseMessage beyond = await _server.Client.GetAsync("/v1/datasets/d/epochs/0/stream?batch_size=100&start=6");
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);

        static JsonElement End(byte[] stream) => JsonDocument.Parse(Frame.ReadAll(stream)[^1].Payload).RootElement;
    }

    [Fact]
    public async Task The_order_is_what_the_batches_hold_and_a_bijection()
    {
        long[] order = await OrderAsync("seed=11");
        Assert.Equal(Enumerable.Range(0, _data.Rows).Select(row => (long)row), order.Order());
        List<long> joined = [];
        for (int step = 0; step < 5; step++)
        {
            joined.AddRange(Int64((await BatchAsync(0, step, "batch_size=100&seed=11&arrays=@rows"))["@rows"]));
        }

        Assert.Equal(order, joined);
        Assert.Equal(order.Skip(10).Take(90).Where((_, i) => i % 7 == 0), await OrderAsync("seed=11&start=10&stop=100&step=7"));
        Assert.NotEqual(order, await OrderAsync("seed=12"));
    }

    [Fact]
    public async Task Order_takes_no_account_of_batches_arrays_or_ranks()
    {
        long[] order = await OrderAsync("seed=11");
        Assert.Equal(order, (await Task.WhenAll(Enumerable.Range(0, 3).Select(rank => BatchAsync(0, 0, $"batch_size=500&seed=11&arrays=y,@rows&rank={rank}&world_size=3"))))
            .SelectMany(tensors => Int64(tensors["@rows"])));
    }

    [Fact]
    public async Task Two_servers_on_equal_files_answer_with_the_same_bytes_and_tags()
    {
        using SampleData copy = new();
        await using RunningServer other = await RunningServer.ServeAsync(copy.Folder);
        foreach (string path in (string[])["/v1/datasets/d/epochs/4/batches/2?batch_size=99&seed=1", "/v1/datasets/d/rows?rows=1,2,-1", "/v1/datasets/d/arrays/x?select=3:9,::2"])
        {
            HttpResponseMessage here = await _server.Client.GetAsync(path);
            HttpResponseMessage there = await other.Client.GetAsync(path);
            Assert.Equal(here.Headers.ETag, there.Headers.ETag);
            Assert.Equal(await here.Content.ReadAsByteArrayAsync(), await there.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task The_plan_counts_what_the_rank_receives()
    {
        foreach (string query in (string[])["batch_size=64&tail=keep", "batch_size=64&tail=pad&rank=2&world_size=5", "batch_size=64&rank=0&world_size=3", "batch_size=501"])
        {
            using JsonDocument plan = JsonDocument.Parse(await _server.Client.GetStringAsync($"/v1/datasets/d/epochs/0/plan?{query}&arrays=x"));
            long rows = 0;
            long steps = plan.RootElement.GetProperty("steps").GetInt64();
            for (long step = 0; step < steps; step++)
            {
                rows += (await BatchAsync(0, step, query + "&arrays=x"))["x"].Shape[0];
            }

            Assert.Equal(rows, plan.RootElement.GetProperty("rows").GetInt64());
        }
    }

    [Fact]
    public async Task Past_the_end_is_416_and_says_how_many_steps_there_are()
    {
        HttpResponseMessage response = await _server.Client.GetAsync("/v1/datasets/d/epochs/0/batches/7?batch_size=64");
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        JsonElement problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(("past_end", 7), (problem.GetProperty("code").GetString(), problem.GetProperty("steps").GetInt64()));
        string why = await (await _server.Client.GetAsync("/v1/datasets/d/epochs/0/batches/0?batch_size=501")).Content.ReadAsStringAsync();
        Assert.Contains("tail=drop", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_links_walk_the_epoch()
    {
        Uri address = new(_server.Address, "/v1/datasets/d/epochs/0/batches/0?batch_size=150&tail=keep&arrays=%40rows");
        List<long> rows = [];
        for (int step = 0; ; step++)
        {
            HttpResponseMessage response = await _server.Client.GetAsync(address);
            rows.AddRange(Int64(Safetensors.Read(await response.Content.ReadAsByteArrayAsync())["@rows"]));
            Assert.Equal("4", response.Headers.GetValues("X-Epoch-Steps").Single());
            Assert.Equal("perm.v1", response.Headers.GetValues("X-Order").Single());
            if (!response.Headers.TryGetValues("Link", out IEnumerable<string>? links))
            {
                Assert.Equal(3, step);
                break;
            }

            string link = links.Single();
            Assert.EndsWith(">; rel=\"next\"", link, StringComparison.Ordinal);
            address = new(address, link[1..link.IndexOf('>', StringComparison.Ordinal)]);
        }

        Assert.Equal(await OrderAsync(""), rows);
    }

    private static long[] Int64(Safetensors.Tensor tensor) => MemoryMarshal.Cast<byte, long>(tensor.Data).ToArray();

    private async Task<Dictionary<string, Safetensors.Tensor>> BatchAsync(ulong epoch, long step, string query) =>
        Safetensors.Read(await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/{epoch}/batches/{step}?{query}"));

    private async Task<long> StepsAsync(string query)
    {
        using JsonDocument plan = JsonDocument.Parse(await _server.Client.GetStringAsync($"/v1/datasets/d/epochs/0/plan?{query}"));
        return plan.RootElement.GetProperty("steps").GetInt64();
    }

    private async Task<long[]> OrderAsync(string query) =>
        MemoryMarshal.Cast<byte, long>(Microtome.Fixtures.NpyFile.Data(await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/0/order?{query}"))).ToArray();
}
