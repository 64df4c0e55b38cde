using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Api.Results;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>
/// Short answers are given on the threads that wait for sockets, by the program itself: a test's own process has them off, since a
/// test may hold its thread.
/// </summary>
public sealed class ShortAnswerTests : IDisposable
{
    private const int Rows = 400;
    private const int RowBytes = 27_648;

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _data = new byte[Rows * RowBytes];

    public ShortAnswerTests()
    {
        new Random(3).NextBytes(_data);
        File.WriteAllBytes(_folder.File("p_x.npy"), NpyFile.Make("|u1", $"({Rows}, 96, 96, 3)", _data));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_in_memory_are_short_answers_and_nothing_else_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere all goes by way of the pool.");
        await using ServerProcess server = await ServerProcess.StartAsync("--data", _folder.Path);
        Assert.Equal(0, await CountAsync(server));
        using RawConnection connection = await RawConnection.OpenAsync(server.Client.BaseAddress!);

        // Of the first nobody knew what it would be; some come while the pool is still busy with the one before.
        Assert.InRange(await CountAsync(server, connection, 100, row => $"rows?rows={row}&format=raw"), 80, 99);
        Assert.InRange(await CountAsync(server, connection, 100, row => $"arrays/x?select={row}:{row + 2},4:40&format=npy"), 80, 100);
        Assert.InRange(await CountAsync(server, connection, 50, step => $"epochs/0/batches/{step}?batch_size=8&seed=1"), 40, 50);
        Assert.Equal(0, await CountAsync(server, connection, 6, step => $"epochs/0/batches/{step}?batch_size=64&seed=1"));
        Assert.InRange(await CountAsync(server, connection, 20, row => $"rows?rows={row}"), 12, 20);
        Assert.Equal(0, await CountAsync(server, connection, 20, row => $"arrays/x?select={row},0,:4&format=json"));
        Assert.Equal(0, await CountAsync(server, connection, 20, row => $"rows?rows={row}&transform=x:cast(f4)"));
        Assert.Equal(0, await CountAsync(server, connection, 20, row => $"epochs/0/order?start={row}"));
    }

    [Fact]
    public async Task Only_endpoints_that_do_nothing_long_before_their_answer_run_on_the_threads_of_sockets()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        RouteEndpoint[] endpoints = [.. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];
        string[] staying = [.. endpoints.Where(endpoint => Stays(endpoint)).Select(endpoint => endpoint.RoutePattern.RawText!).Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["/v1/datasets/{dataset}/arrays/{**array}", "/v1/datasets/{dataset}/epochs/{epoch}/batches/{step}", "/v1/datasets/{dataset}/rows/"], staying);
        Assert.False(Stays(null));

        static bool Stays(Endpoint? endpoint)
        {
            DefaultHttpContext http = new();
            http.SetEndpoint(endpoint);
            using BlockingCollection<Thread> ran = [];
            Thread thread = new(() => ShortAnswers.RunAsync(http, _ =>
            {
                ran.Add(Thread.CurrentThread);
                return Task.CompletedTask;
            }))
            { Name = ".NET Sockets" };
            thread.Start();
            return ran.Take() == thread;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_requests_follow_each_other_on_a_connection_each_has_its_own_answer(bool zeroCopy)
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--data", _folder.Path, $"--Microtome:ZeroCopy={zeroCopy}");
        string wholeList = await server.Client.GetStringAsync("/v1/datasets");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(ConverseAsync));

        async Task ConverseAsync(int seed)
        {
            Random random = new(seed);
            using RawConnection connection = await RawConnection.OpenAsync(server.Client.BaseAddress!);
            for (int round = 0; round < 60; round++)
            {
                List<(int Status, byte[]? Body, bool HasBody)> expected = [];
                string requests = "";
                for (int count = random.Next(1, 6); count > 0; count--)
                {
                    int row = random.Next(Rows - 70);
                    int rows = random.Next(5) == 0 ? 64 : random.Next(1, 4);
                    byte[] bytes = _data[(row * RowBytes)..((row + rows) * RowBytes)];
                    string slice = $"/v1/datasets/p/arrays/x?select={row}:{row + rows}&format=raw";
                    (string request, int status, byte[]? body) = random.Next(8) switch
                    {
                        0 => (RawConnection.Get("/v1/datasets"), 200, System.Text.Encoding.UTF8.GetBytes(wholeList)),
                        1 => (RawConnection.Get($"/v1/datasets/p/rows?rows={Rows}"), 422, null),
                        2 => (RawConnection.Get(slice, headers: "Range: bytes=5-1004\r\n"), 206, bytes[5..1005]),
                        3 => (Post(row), 200, _data[(row * RowBytes)..((row + 1) * RowBytes)]),
                        _ => (RawConnection.Get(slice), 200, bytes),
                    };
                    bool isHead = random.Next(8) == 0 && status == 200 && request.StartsWith("GET", StringComparison.Ordinal);
                    requests += isHead ? "HEAD" + request[3..] : request;
                    expected.Add((status, body, !isHead));
                }

                int cut = random.Next(requests.Length); // In the middle of a head or of a body.
                await connection.SendAsync(requests[..cut]);
                await Task.Delay(random.Next(3));
                await connection.SendAsync(requests[cut..]);
                foreach ((int status, byte[]? body, bool hasBody) in expected)
                {
                    (int answered, _, byte[] received) = await connection.ReadAsync(hasBody);
                    Assert.Equal(status, answered);
                    Assert.True(body is null || !hasBody || body.AsSpan().SequenceEqual(received), $"seed {seed}, round {round}");
                }
            }
        }

        static string Post(int row)
        {
            string body = string.Create(CultureInfo.InvariantCulture, $"{{\"rows\":[{row}]}}");
            return RawConnection.Get(
                "/v1/datasets/p/rows", method: "POST", headers: $"Accept: application/octet-stream\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n") + body;
        }
    }

    /// <summary>How many of some requests, one after the other on a connection, were answered shortly.</summary>
    private static async Task<long> CountAsync(ServerProcess server, RawConnection connection, int requests, Func<int, string> path)
    {
        long before = await CountAsync(server);
        for (int i = 0; i < requests; i++)
        {
            await connection.SendAsync(RawConnection.Get("/v1/datasets/p/" + path(i)));
            Assert.Equal((int)HttpStatusCode.OK, (await connection.ReadAsync()).Status);
        }

        return await CountAsync(server) - before;
    }

    private static async Task<long> CountAsync(ServerProcess server)
    {
        const string name = "\nmicrotome_short_answers_total ";
        string metrics = await server.Client.GetStringAsync("/metrics");
        int at = metrics.IndexOf(name, StringComparison.Ordinal) is >= 0 and var start ? start + name.Length : -1;
        return at < 0 ? 0 : long.Parse(metrics[at..metrics.IndexOf('\n', at)], CultureInfo.InvariantCulture);
    }
}
