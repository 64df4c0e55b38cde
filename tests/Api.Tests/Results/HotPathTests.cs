using System.Net.Sockets;
using System.Text;
using Microtome.Api.Telemetry;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>What the hot path may cost: allocations a request, memory a slow reader, and that a vanished reader ends the work.</summary>
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

    [Theory]
    [InlineData(8, true)]
    [InlineData(64, true)]
    [InlineData(512, true)]
    [InlineData(8, false)]
    [InlineData(64, false)]
    [InlineData(512, false)]
    [InlineData(64, true, "&view=where(y%20%3E%20100)%7Csplit(by=y,parts=0.5:0.5,take=0)")]
    public async Task A_batch_allocates_less_than_12_KB_whatever_its_size(int batch, bool zeroCopy, string view = "")
    {
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path, $"--Microtome:ZeroCopy={zeroCopy}");
        using RawClient client = await RawClient.ConnectAsync(server.Address);
        string request = $"GET /v1/datasets/p/epochs/0/batches/{{0}}?batch_size={batch}&seed=3{view} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        int steps = view.Length == 0 ? Rows / batch : 8;
        for (int i = 0; i < 300; i++)
        {
            await client.ExchangeAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, request, i % steps));
        }

        byte[][] requests = [.. Enumerable.Range(0, steps).Select(step => Encoding.ASCII.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, request, step)))];
        GC.Collect(); // What earlier tests left behind is not this one's to collect.
        GC.WaitForPendingFinalizers();
        int full = GC.CollectionCount(2);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        const int rounds = 300;
        for (int i = 0; i < rounds; i++)
        {
            await client.ExchangeAsync(requests[i % steps]);
        }

        long each = (GC.GetTotalAllocatedBytes(precise: true) - before) / rounds;
        Assert.InRange(each, 1, 12 * 1024);
        Assert.Equal(full, GC.CollectionCount(2));
    }

    [Fact]
    public async Task Readers_that_stop_cost_no_memory_and_are_not_cut_off()
    {
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path);
        List<RawClient> readers = [];
        long before = ProcessMemory.Read().PrivateBytes;
        for (int i = 0; i < 40; i++)
        {
            RawClient reader = await RawClient.ConnectAsync(server.Address);
            await reader.SendAsync(Encoding.ASCII.GetBytes("GET /v1/datasets/p/epochs/0/stream?batch_size=64 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
            readers.Add(reader);
        }

        // Longer than Kestrel's grace period for slow readers (5 s).
        await Task.Delay(TimeSpan.FromSeconds(7));
        Assert.True(ProcessMemory.Read().PrivateBytes - before < 60L << 20, "slow readers take memory");
        foreach (RawClient reader in readers)
        {
            Assert.True(await reader.ReadAllAsync(stopAfter: 31L * 64 * RowBytes) >= 31L * 64 * RowBytes);
            reader.Dispose();
        }
    }

    [Fact]
    public async Task A_reader_that_vanishes_ends_its_stream()
    {
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path);
        RawClient reader = await RawClient.ConnectAsync(server.Address);
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
        List<RawClient> slow = [];
        for (int i = 0; i < 2; i++)
        {
            RawClient reader = await RawClient.ConnectAsync(server.Address);
            await reader.SendAsync(Encoding.ASCII.GetBytes("GET /v1/datasets/p/epochs/0/stream?batch_size=512 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
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

    /// <summary>A client that allocates nothing, so that what is allocated is the server's.</summary>
    private sealed class RawClient(Socket socket) : IDisposable
    {
        private readonly byte[] _buffer = new byte[1 << 16];

        public static async Task<RawClient> ConnectAsync(Uri address)
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 1 << 16 };
            await socket.ConnectAsync(address.Host, address.Port);
            return new(socket);
        }

        public Task<int> SendAsync(byte[] request) => socket.SendAsync(request);

        public Task ExchangeAsync(string request) => ExchangeAsync(Encoding.ASCII.GetBytes(request));

        public async Task ExchangeAsync(byte[] request)
        {
            await SendAsync(request);
            int filled = 0;
            int end;
            do
            {
                filled += await socket.ReceiveAsync(_buffer.AsMemory(filled));
                end = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            }
            while (end < 0);
            Assert.True(_buffer.AsSpan().StartsWith("HTTP/1.1 200"u8));
            long left = Length(_buffer.AsSpan(0, end)) - (filled - end - 4);
            while (left > 0)
            {
                left -= await socket.ReceiveAsync(_buffer.AsMemory());
            }
        }

        public async Task<long> ReadAllAsync(long stopAfter)
        {
            long total = 0;
            while (total < stopAfter)
            {
                int read = await socket.ReceiveAsync(_buffer.AsMemory());
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public void Dispose() => socket.Dispose();

        private static long Length(ReadOnlySpan<byte> headers)
        {
            ReadOnlySpan<byte> rest = headers[(headers.IndexOf("Content-Length: "u8) + 16)..];
            return long.Parse(rest[..rest.IndexOf((byte)'\r')], System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}

/// <summary>Tests that measure the process run while no others do.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;
