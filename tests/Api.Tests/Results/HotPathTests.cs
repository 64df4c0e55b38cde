using System.Text;
using Microtome.Api.Telemetry;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>What the hot path may cost: memory a slow reader, and that a vanished reader ends the work.</summary>
[Collection("alone")]
public sealed class HotPathTests : IDisposable
{
    private const int Rows = 2000;
    private const int RowBytes = 27_648;

    private readonly TemporaryFolder _folder = new();

    public HotPathTests()
    {
        byte[] data = new byte[Rows * RowBytes];
        new Random(1).NextBytes(data);
        File.WriteAllBytes(_folder.File("p_x.npy"), NpyFile.Make("|u1", $"({Rows}, 96, 96, 3)", data));
        File.WriteAllBytes(_folder.File("p_y.npy"), NpyFile.Make("|u1", $"({Rows},)", data.AsSpan(0, Rows)));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Readers_that_stop_cost_no_memory_and_are_not_cut_off()
    {
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path);
        List<ThriftyClient> readers = [];
        long before = ProcessMemory.Read().PrivateBytes;
        for (int i = 0; i < 40; i++)
        {
            ThriftyClient reader = await ThriftyClient.ConnectAsync(server.Address);
            await reader.SendAsync(Encoding.ASCII.GetBytes("GET /v1/datasets/p/epochs/0/stream?batch_size=64 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
            readers.Add(reader);
        }

        // Longer than Kestrel's grace period for slow readers (5 s).
        await Task.Delay(TimeSpan.FromSeconds(7));
        Assert.True(ProcessMemory.Read().PrivateBytes - before < 60L << 20, "slow readers take memory");
        foreach (ThriftyClient reader in readers)
        {
            Assert.True(await reader.ReadAllAsync(stopAfter: 31L * 64 * RowBytes) >= 31L * 64 * RowBytes);
            reader.Dispose();
        }
    }

    [Fact]
    public async Task A_reader_that_vanishes_ends_its_stream()
    {
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path);
        ThriftyClient reader = await ThriftyClient.ConnectAsync(server.Address);
        await reader.SendAsync(Encoding.ASCII.GetBytes("GET /v1/datasets/p/epochs/0/stream?batch_size=64 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        await reader.ReadAllAsync(stopAfter: 1000);
        Assert.Contains("\"streamsOpen\":1", await server.Client.GetStringAsync("/v1/server"), StringComparison.Ordinal);
        reader.Dispose();
        DateTime end = DateTime.UtcNow.AddSeconds(10);
        while (!(await server.Client.GetStringAsync("/v1/server")).Contains("\"streamsOpen\":0,", StringComparison.Ordinal))
        {
            Assert.True(DateTime.UtcNow < end, "the stream goes on without its reader");
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task Slow_readers_leave_the_places_to_others_and_streams_beyond_the_limit_are_refused()
    {
        await using RunningServer server = await RunningServer.ServeAsync(
            _folder.Path, "--Microtome:Limits:MaxConcurrentReads=1", "--Microtome:Limits:MaxQueuedReads=0", "--Microtome:Limits:MaxStreams=2");
        List<ThriftyClient> slow = [];
        for (int i = 0; i < 2; i++)
        {
            ThriftyClient reader = await ThriftyClient.ConnectAsync(server.Address);
            await reader.SendAsync(Encoding.ASCII.GetBytes("GET /v1/datasets/p/epochs/0/stream?batch_size=512 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
            await reader.ReadAllAsync(stopAfter: 1); // It has its place among the streams.
            slow.Add(reader);
        }

        // As soon as both have filled what the system keeps for them.
        DateTime end = DateTime.UtcNow.AddSeconds(20);
        while ((await server.Client.GetAsync("/v1/datasets/p/rows?rows=1")).StatusCode != System.Net.HttpStatusCode.OK)
        {
            Assert.True(DateTime.UtcNow < end, "slow readers keep the place");
            await Task.Delay(50);
        }

        HttpResponseMessage third = await server.Client.GetAsync("/v1/datasets/p/epochs/0/stream?batch_size=64");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, third.StatusCode);
        Assert.NotNull(third.Headers.RetryAfter);
        slow.ForEach(reader => reader.Dispose());
    }
}

/// <summary>Tests that measure the process run while no others do.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;
