using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>Connections as HTTP/1 has them, on both ways straight to the socket: kept, pipelined, closed, slow, gone, and over files that shrink.</summary>
public sealed class ConnectionTests : IDisposable
{
    private const int Rows = 1000;
    private const int RowBytes = 27_648;

    private readonly TemporaryFolder _folder = new();

    public ConnectionTests()
    {
        byte[] data = new byte[Rows * RowBytes];
        new Random(1).NextBytes(data);
        File.WriteAllBytes(_folder.File("p_x.npy"), NpyFile.Make("|u1", $"({Rows}, 96, 96, 3)", data));
        File.WriteAllBytes(_folder.File("p_y.npy"), NpyFile.Make("|u1", $"({Rows},)", data.AsSpan(0, Rows)));
    }

    public static TheoryData<bool> Ways => [true, false];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Requests_sent_at_once_are_answered_in_order_on_one_connection(bool zeroCopy)
    {
        await using RunningServer server = await ServeAsync(zeroCopy);
        (string Request, bool HasBody)[] asked =
        [
            (RawConnection.Get(Step(0)), true),
            (RawConnection.Get(Step(1), method: "HEAD"), false),
            (RawConnection.Get(Step(2), headers: "Range: bytes=100-1000000\r\n"), true),
            (RawConnection.Get("/v1/datasets/none"), true),
            (RawConnection.Get("/v1/datasets/p/epochs/0/stream?batch_size=64&stop=2"), true),
            (RawConnection.Get(Step(3)), true),
            (RawConnection.Get("/v1/datasets/p/rows?rows=1,2&format=json&arrays=y"), true),
            (RawConnection.Get(Step(99)), true),
            (RawConnection.Get(Step(4)), true),
        ];
        List<(int Status, byte[] Body)> alone = [];
        foreach ((string request, bool hasBody) in asked)
        {
            using RawConnection single = await RawConnection.OpenAsync(server.Address);
            await single.SendAsync(request);
            (int status, _, byte[] body) = await single.ReadAsync(hasBody);
            alone.Add((status, body));
        }

        Assert.Equal([200, 200, 206, 404, 200, 200, 200, 416, 200], alone.Select(answer => answer.Status));
        using RawConnection together = await RawConnection.OpenAsync(server.Address);
        for (int round = 0; round < 3; round++)
        {
            await together.SendAsync(string.Concat(asked.Select(one => one.Request)));
            for (int i = 0; i < asked.Length; i++)
            {
                (int status, _, byte[] body) = await together.ReadAsync(asked[i].HasBody);
                Assert.Equal(alone[i].Status, status);
                Assert.True(alone[i].Body.AsSpan().SequenceEqual(body), asked[i].Request);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_kept_connection_answers_many_times_and_closes_when_asked(bool zeroCopy)
    {
        await using RunningServer server = await ServeAsync(zeroCopy);
        byte[] expected = await server.Client.GetByteArrayAsync(Step(5));
        using RawConnection connection = await RawConnection.OpenAsync(server.Address);
        for (int i = 0; i < 200; i++)
        {
            await connection.SendAsync(RawConnection.Get(Step(5)));
            AssertSame(expected, (await connection.ReadAsync()).Body);
        }

        await connection.SendAsync(RawConnection.Get(Step(5), headers: "Connection: close\r\n"));
        AssertSame(expected, (await connection.ReadAsync()).Body);
        Assert.True(await connection.IsClosedAsync());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task HTTP_1_0_has_a_length_for_batches_and_the_connections_end_for_streams(bool zeroCopy)
    {
        await using RunningServer server = await ServeAsync(zeroCopy);
        foreach (string address in (string[])[Step(0), "/v1/datasets/p/epochs/0/stream?batch_size=64&stop=3"])
        {
            byte[] expected = await server.Client.GetByteArrayAsync(address);
            using RawConnection connection = await RawConnection.OpenAsync(server.Address);
            await connection.SendAsync(RawConnection.Get(address, version: "1.0"));
            (int status, Dictionary<string, string> headers, byte[] body) = await connection.ReadAsync();
            Assert.Equal(200, status);
            Assert.False(headers.ContainsKey("Transfer-Encoding"));
            Assert.True(expected.AsSpan().SequenceEqual(body), address);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_slow_reader_gets_every_byte(bool zeroCopy)
    {
        await using RunningServer server = await ServeAsync(zeroCopy);
        foreach (string address in (string[])["/v1/datasets/p/epochs/0/batches/0?batch_size=200", "/v1/datasets/p/epochs/0/stream?batch_size=100&stop=2"])
        {
            byte[] expected = await server.Client.GetByteArrayAsync(address);
            using RawConnection connection = await RawConnection.OpenAsync(server.Address, receiveBuffer: 8192);
            await connection.SendAsync(RawConnection.Get(address));
            await Task.Delay(300);
            AssertSame(expected, (await connection.ReadAsync(pause: TimeSpan.FromMilliseconds(1))).Body);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Readers_that_vanish_in_the_middle_leave_nothing_behind(bool zeroCopy)
    {
        await using RunningServer server = await ServeAsync(zeroCopy);
        byte[] expected = await server.Client.GetByteArrayAsync(Step(0));
        for (int i = 0; i < 40; i++)
        {
            RawConnection connection = await RawConnection.OpenAsync(server.Address, receiveBuffer: 8192);
            await connection.SendAsync(RawConnection.Get(i % 2 == 0 ? "/v1/datasets/p/arrays/x?format=raw" : "/v1/datasets/p/epochs/0/stream?batch_size=500"));
            await connection.ReadHeadAsync();
            await connection.CopyAsync(Stream.Null, 1000 * i);
            if (i % 3 == 0)
            {
                connection.Reset();
            }

            connection.Dispose();
        }

        AssertSame(expected, await server.Client.GetByteArrayAsync(Step(0)));
        DateTime end = DateTime.UtcNow.AddSeconds(20);
        while (await server.Client.GetStringAsync("/metrics") is var metrics && !(metrics.Contains("\nmicrotome_reads_active 0\n", StringComparison.Ordinal) && metrics.Contains("\nmicrotome_streams_open 0\n", StringComparison.Ordinal)))
        {
            Assert.True(DateTime.UtcNow < end, metrics);
            await Task.Delay(50);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_file_that_shrinks_while_it_is_sent_cuts_that_answer_and_no_other(bool zeroCopy)
    {
        string path = _folder.File("doomed.npy");
        const int rows = 4000;
        using (FileStream file = File.Create(path))
        {
            file.Write(NpyFile.Make("|u1", $"({rows}, {RowBytes})", []));
            file.SetLength(file.Length + ((long)rows * RowBytes));
        }

        await using RunningServer server = await ServeAsync(zeroCopy);
        byte[] expected = await server.Client.GetByteArrayAsync(Step(0));
        using RawConnection doomed = await RawConnection.OpenAsync(server.Address, receiveBuffer: 8192);
        using RawConnection other = await RawConnection.OpenAsync(server.Address, receiveBuffer: 8192);
        await doomed.SendAsync(RawConnection.Get("/v1/datasets/doomed/arrays/data?format=raw"));
        await other.SendAsync(RawConnection.Get("/v1/datasets/p/epochs/0/batches/0?batch_size=500"));
        Assert.Equal(200, (await doomed.ReadHeadAsync()).Status);
        await doomed.CopyAsync(Stream.Null, 1 << 20);
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(2 << 20);
        }

        await Assert.ThrowsAnyAsync<IOException>(() => doomed.CopyAsync(Stream.Null, ((long)rows * RowBytes) - (1 << 20)));
        Assert.Equal(200, (await other.ReadAsync()).Status);
        await other.SendAsync(RawConnection.Get(Step(0)));
        AssertSame(expected, (await other.ReadAsync()).Body);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Many_connections_at_once_get_their_own_bytes(bool zeroCopy)
    {
        await using RunningServer server = await ServeAsync(zeroCopy);
        byte[][] expected = await Task.WhenAll(Enumerable.Range(0, 15).Select(step => server.Client.GetByteArrayAsync(Step(step))));
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async index =>
        {
            using RawConnection connection = await RawConnection.OpenAsync(server.Address);
            for (int i = 0; i < 5; i++)
            {
                int step = (index + i) % expected.Length;
                await connection.SendAsync(RawConnection.Get(Step(step)));
                AssertSame(expected[step], (await connection.ReadAsync()).Body);
            }
        }));
    }

    private static string Step(int step) => $"/v1/datasets/p/epochs/0/batches/{step}?batch_size=64&seed=3";

    private static void AssertSame(byte[] expected, byte[] body) => Assert.True(expected.AsSpan().SequenceEqual(body));

    private Task<RunningServer> ServeAsync(bool zeroCopy) => RunningServer.ServeAsync(_folder.Path, $"--Microtome:ZeroCopy={zeroCopy}");
}
