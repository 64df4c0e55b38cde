using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Every law of epochs holds on any view: parts, folds, filters, samples, slices and lists of rows.</summary>
public sealed class ViewEpochTests : IAsyncLifetime
{
    private readonly SampleData _data = new();
    private readonly TemporaryFolder _state = new();
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.ServeAsync(_data.Folder, "--Microtome:StateDirectory=" + _state.Path);
        long[] rows = [.. Enumerable.Range(0, 90).Select(i => (long)(i * 37 % 500))];
        using StringContent body = new($"{{\"name\":\"list\",\"rows\":[{string.Join(',', rows)}]}}", Encoding.UTF8, "application/json");
        Assert.True((await _server.Client.PostAsync("/v1/datasets/d/views", body)).IsSuccessStatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _data.Dispose();
        _state.Dispose();
    }

    [Theory]
    [InlineData("split(by=y,parts=0.8:0.2,seed=7,take=0)")]
    [InlineData("kfold(k=5,seed=7,fold=2,take=test)")]
    [InlineData("where(y == 3)")]
    [InlineData("slice(3:450:7)")]
    [InlineData("sample(n=77,by=y,seed=1)|slice(1:)")]
    [InlineData("where(y == 42)")]
    [InlineData("list")]
    [InlineData("list|where(y != 3)")]
    public async Task The_laws_hold(string view)
    {
        string said = "view=" + Uri.EscapeDataString(view);
        long[] rows = await RowsAsync($"views/{Uri.EscapeDataString(view)}/rows");
        Assert.Equal(rows, await RowsAsync($"epochs/0/order?order=sequential&{said}"));
        foreach (string order in (string[])["shuffle", "window:3", "sequential"])
        {
            long[] visited = await RowsAsync($"epochs/4/order?order={order}&seed=9&{said}");
            Assert.Equal(rows.Order(), visited.Order());
            Assert.Equal(visited, await RowsAsync($"epochs/4/order?order={order}&seed=9&{said}"));
            foreach (string tail in (string[])["drop", "keep", "pad"])
            {
                const int batch = 32;
                string query = $"batch_size={batch}&order={order}&seed=9&tail={tail}&arrays=@rows,y&{said}";
                long steps = rows.Length == 0 ? 0 : tail == "drop" ? rows.Length / batch : (rows.Length + batch - 1) / batch;
                using JsonDocument plan = JsonDocument.Parse(await _server.Client.GetStringAsync($"/v1/datasets/d/epochs/4/plan?{query}"));
                Assert.Equal(steps, plan.RootElement.GetProperty("steps").GetInt64());
                List<Frame> frames = Frame.ReadAll(await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/4/stream?{query}"));
                List<byte[]> streamed = [.. frames.Where(frame => frame.Kind == 2).Select(frame => frame.Payload)];
                Assert.Equal(steps, streamed.Count);
                List<long> joined = [];
                for (int step = 0; step < steps; step++)
                {
                    Assert.Equal(await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/4/batches/{step}?{query}"), streamed[step]);
                    long[] whole = Rows(streamed[step]);
                    Assert.Equal(_data.GatherY(whole), Safetensors.Read(streamed[step])["y"].Data);
                    joined.AddRange(whole);
                    List<long> ranks = [];
                    for (int rank = 0; rank < 3; rank++)
                    {
                        ranks.AddRange(Rows(await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/4/batches/{step}?{query}&rank={rank}&world_size=3")));
                    }

                    Assert.Equal(whole, ranks);
                }

                Assert.Equal(tail == "pad" ? Enumerable.Range(0, (int)steps * batch).Select(position => visited[position % visited.Length]) : visited.Take(joined.Count), joined);
                if (steps > 1)
                {
                    List<Frame> rest = Frame.ReadAll(await _server.Client.GetByteArrayAsync($"/v1/datasets/d/epochs/4/stream?{query}&start=1"));
                    Assert.Equal(streamed.Skip(1), rest.Where(frame => frame.Kind == 2).Select(frame => frame.Payload));
                }
            }
        }
    }

    private static long[] Rows(byte[] body) => MemoryMarshal.Cast<byte, long>(Safetensors.Read(body)["@rows"].Data).ToArray();

    private async Task<long[]> RowsAsync(string path) =>
        MemoryMarshal.Cast<byte, long>(NpyFile.Data(await _server.Client.GetByteArrayAsync("/v1/datasets/d/" + path))).ToArray();
}
