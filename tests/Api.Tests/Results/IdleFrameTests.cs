using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Gathering;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>A stream says that it is alive for as long as it waits for data, and never within a batch (contract, section 6).</summary>
public sealed class IdleFrameTests
{
    private const int Header = 1;
    private const int Data = 2;
    private const int Error = 3;
    private const int End = 4;
    private const int Idle = 5;
    private const int Rows = 1000;

    [Theory]
    [InlineData(false, false, "")]
    [InlineData(true, false, "")]
    [InlineData(false, true, "")]
    [InlineData(false, false, "&transform=x:cast(f4)")]
    public async Task A_stream_whose_data_are_slow_says_so_before_they_come(bool mustDecode, bool holdsThread, string transform)
    {
        using TemporaryFolder folder = new();
        byte[] rows = MakeRows(folder);
        SlowFormat format = new(mustDecode, holdsThread);
        await using RunningServer server = await StartAsync(folder, format);
        await using Stream body = await OpenAsync(server, "/v1/datasets/s/epochs/0/stream?batch_size=500&order=sequential" + transform);
        await ExpectAsync(body, Header, Idle, Idle);
        Assert.Equal(0, format.Reads);
        format.LetGo();
        List<Frame> rest = await ReadToEndAsync(body);
        rest.RemoveAll(frame => frame.Kind == Idle); // One may have been on its way.
        Assert.Equal([Data, Data, End], rest.Select(frame => (int)frame.Kind));
        Assert.Equal(Rows, format.Reads); // None twice.
        byte[] sent = [.. Safetensors.Read(rest[0].Payload)["x"].Data, .. Safetensors.Read(rest[1].Payload)["x"].Data];
        byte[] expected = transform.Length == 0 ? rows : [.. rows.SelectMany(value => BitConverter.GetBytes((float)value))];
        Assert.True(expected.AsSpan().SequenceEqual(sent), "other bytes than those of the rows");
    }

    [Fact]
    public async Task Data_that_cannot_be_had_are_an_error_between_two_frames()
    {
        using TemporaryFolder folder = new();
        MakeRows(folder);
        SlowFormat format = new(mustDecode: true, holdsThread: false) { Fault = "A chunk is damaged." };
        await using RunningServer server = await StartAsync(folder, format);
        await using Stream body = await OpenAsync(server, "/v1/datasets/s/epochs/0/stream?batch_size=500");
        await ExpectAsync(body, Header, Idle);
        format.LetGo();
        List<Frame> rest = await ReadToEndAsync(body);
        Assert.Equal(Error, rest[^1].Kind);
        Assert.Contains("\"unavailable\"", Encoding.UTF8.GetString(rest[^1].Payload), StringComparison.Ordinal);
        Assert.Contains("A chunk is damaged.", Encoding.UTF8.GetString(rest[^1].Payload), StringComparison.Ordinal);
        await WaitForNoReaderAsync(server);
    }

    [Fact]
    public async Task A_stream_that_waits_for_its_turn_says_so_and_goes_on()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.StartAsync(
            services => services.AddSingleton<TimeProvider>(new QuickTime()), ["--data", data.Folder, "--Microtome:Limits:MaxConcurrentReads=1"]);
        ReadAdmission reads = server.Services.GetRequiredService<ReadAdmission>();
        Assert.True(await reads.TryEnterAsync(default));
        await using Stream body = await OpenAsync(server, "/v1/datasets/d/epochs/0/stream?batch_size=100&arrays=y");
        await ExpectAsync(body, Header, Idle, Idle);
        reads.Leave();
        List<Frame> rest = await ReadToEndAsync(body);
        rest.RemoveAll(frame => frame.Kind == Idle);
        Assert.Equal([Data, Data, Data, Data, Data, End], rest.Select(frame => (int)frame.Kind));
        await WaitForNoReaderAsync(server);
    }

    [Fact]
    public async Task A_reader_that_goes_while_data_are_slow_leaves_nothing_behind()
    {
        using TemporaryFolder folder = new();
        MakeRows(folder);
        SlowFormat format = new(mustDecode: false, holdsThread: false);
        await using RunningServer server = await StartAsync(folder, format);
        await using (Stream body = await OpenAsync(server, "/v1/datasets/s/epochs/0/stream?batch_size=500"))
        {
            await ExpectAsync(body, Header, Idle);
        }

        await WaitForNoReaderAsync(server);
        Assert.Equal(0, format.Reads);
    }

    private static byte[] MakeRows(TemporaryFolder folder)
    {
        byte[] rows = new byte[Rows * SlowFormat.RowBytes];
        new Random(3).NextBytes(rows);
        SlowFormat.Write(folder.File("s.bin"), rows);
        return rows;
    }

    private static Task<RunningServer> StartAsync(TemporaryFolder folder, SlowFormat format) => RunningServer.StartAsync(
        services => services.AddSingleton<IDatasetFormat>(format).AddSingleton<TimeProvider>(new QuickTime()), ["--data", folder.Path]);

    private static async Task<Stream> OpenAsync(RunningServer server, string path)
    {
        HttpResponseMessage response = await server.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {await (response.IsSuccessStatusCode ? Task.FromResult("") : response.Content.ReadAsStringAsync())}");
        return await response.Content.ReadAsStreamAsync();
    }

    /// <summary>Reads the next frames, none of which is long, and holds their kinds against these.</summary>
    private static async Task ExpectAsync(Stream body, params int[] kinds)
    {
        foreach (int kind in kinds)
        {
            byte[] head = new byte[Frame.HeaderBytes];
            await body.ReadExactlyAsync(head);
            byte[] payload = new byte[BitConverter.ToInt64(head, 16)];
            await body.ReadExactlyAsync(payload);
            Assert.Equal(kind, Assert.Single(Frame.ReadAll([.. head, .. payload])).Kind);
        }
    }

    private static async Task<List<Frame>> ReadToEndAsync(Stream body)
    {
        using MemoryStream rest = new();
        await body.CopyToAsync(rest);
        return Frame.ReadAll(rest.ToArray());
    }

    private static async Task WaitForNoReaderAsync(RunningServer server)
    {
        ReadAdmission reads = server.Services.GetRequiredService<ReadAdmission>();
        DateTime end = DateTime.UtcNow.AddSeconds(20);
        while (reads.Active > 0)
        {
            Assert.True(DateTime.UtcNow < end, "a place among the readers was not given back");
            await Task.Delay(10);
        }
    }
}
