using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Datasets.Formats;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Hosting;

/// <summary>A server that is told to end says so for as long as it has something to end.</summary>
public sealed class DrainingTests
{
    [Fact]
    public async Task Readiness_says_draining_while_a_stream_is_under_way_which_ends_whole()
    {
        using TemporaryFolder folder = new();
        SlowFormat.Write(folder.File("s.bin"), new byte[100 * SlowFormat.RowBytes]);
        SlowFormat format = new(mustDecode: false, holdsThread: false);
        await using RunningServer server = await RunningServer.StartAsync(services => services.AddSingleton<IDatasetFormat>(format), ["--data", folder.Path]);
        Task<HttpResponseMessage> stream = server.Client.GetAsync("/v1/datasets/s/epochs/0/stream?batch_size=50");
        while (!(await server.Client.GetStringAsync("/v1/server")).Contains("\"streamsOpen\":1", StringComparison.Ordinal))
        {
            await Task.Delay(10);
        }

        Task stopped = server.StopAsync();
        HttpResponseMessage ready = await server.Client.GetAsync("/healthz/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.StartsWith("{\"status\":\"draining\"", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/healthz/live")).StatusCode);
        using HttpClient late = new() { BaseAddress = server.Address };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await late.GetAsync("/healthz/ready")).StatusCode);
        Assert.False(stopped.IsCompleted);
        format.LetGo();
        List<Frame> frames = Frame.ReadAll(await (await stream).Content.ReadAsByteArrayAsync());
        Assert.Equal([1, 2, 2, 4], frames.Select(frame => (int)frame.Kind));
        await stopped.WaitAsync(TimeSpan.FromSeconds(9)); // Sooner than a server that waits for nothing to happen.
        await Assert.ThrowsAsync<HttpRequestException>(() => late.GetAsync("/healthz/ready"));
    }

    [Fact]
    public async Task With_nothing_under_way_the_end_comes_at_once()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/healthz/ready")).StatusCode);
        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(9));
    }
}
