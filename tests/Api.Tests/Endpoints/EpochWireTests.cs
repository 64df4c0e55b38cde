using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Datasets.Gathering;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>What epochs look like on the wire: padding told in every format, streams of .npy, errors between steps, seeds of 64 bits.</summary>
public sealed class EpochWireTests : IAsyncLifetime
{
    private const string Epoch = "/v1/datasets/d/epochs/0/";

    private readonly SampleData _data = new(10);
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.ServeAsync(_data.Folder, "--Microtome:Limits:MaxConcurrentReads=1");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData(0, 1, 2, "true,true,false,false")]
    [InlineData(0, 2, 2, "true,true")]
    [InlineData(1, 2, 0, "false,false")]
    [InlineData(3, 9, 0, "")]
    [InlineData(4, 9, 1, "true")]
    [InlineData(8, 9, 0, "false")]
    public async Task Padding_is_told_by_a_mask_where_there_is_room_and_by_a_header(int rank, int world, int valid, string mask)
    {
        string query = $"batches/2?batch_size=4&tail=pad&arrays=y&rank={rank}&world_size={world}&format=";
        foreach (string format in (string[])["json", "npz", "safetensors", "npy", "raw"])
        {
            HttpResponseMessage response = await _server.Client.GetAsync(Epoch + query + format);
            Assert.Equal(valid.ToString(System.Globalization.CultureInfo.InvariantCulture), response.Headers.GetValues("X-Valid-Rows").Single());
            byte[] body = await response.Content.ReadAsByteArrayAsync();
            Assert.Equal(format is not ("npy" or "raw"), body.AsSpan().IndexOf("@valid"u8) >= 0);
            if (format == "json")
            {
                Assert.Equal($"[{mask}]", JsonDocument.Parse(body).RootElement.GetProperty("@valid").GetRawText());
            }
        }
    }

    [Fact]
    public async Task A_stream_of_npy_is_its_arrays_one_after_the_other_in_the_order_asked()
    {
        List<byte> expected = [];
        for (int step = 0; step < 3; step++)
        {
            foreach (string array in (string[])["y", "x", "@rows"])
            {
                expected.AddRange(await _server.Client.GetByteArrayAsync($"{Epoch}batches/{step}?batch_size=4&tail=keep&format=npy&arrays={array}"));
            }
        }

        Assert.Equal(expected, await _server.Client.GetByteArrayAsync($"{Epoch}stream?batch_size=4&tail=keep&format=npy&arrays=y,x,@rows"));
    }

    [Fact]
    public async Task A_change_between_two_steps_ends_a_stream_in_an_error_frame()
    {
        ReadAdmission reads = _server.Services.GetRequiredService<ReadAdmission>();
        Assert.True(await reads.TryEnterAsync(default));
        using HttpResponseMessage response = await _server.Client.GetAsync(Epoch + "stream?batch_size=4", HttpCompletionOption.ResponseHeadersRead);
        string path = Path.Combine(_data.Folder, "d_y.npy");
        await File.WriteAllBytesAsync(path, await File.ReadAllBytesAsync(path)); // The same bytes, at another time.
        reads.Leave();
        List<Frame> frames = Frame.ReadAll(await response.Content.ReadAsByteArrayAsync());
        frames.RemoveAll(frame => frame.Kind == 5); // It waited for its turn.
        Assert.Equal([1, 3], frames.Select(frame => (int)frame.Kind));
        JsonElement problem = JsonDocument.Parse(frames[1].Payload).RootElement;
        Assert.Equal((503, "unavailable", 0), (problem.GetProperty("status").GetInt32(), problem.GetProperty("code").GetString(), frames[1].Step));
    }

    [Fact]
    public async Task Head_and_not_modified_answer_while_every_place_is_taken()
    {
        string path = Epoch + "batches/0?batch_size=4";
        string tag = (await _server.Client.GetAsync(path)).Headers.ETag!.Tag;
        ReadAdmission reads = _server.Services.GetRequiredService<ReadAdmission>();
        Assert.True(await reads.TryEnterAsync(default));
        HttpRequestMessage known = new(HttpMethod.Get, path);
        known.Headers.TryAddWithoutValidation("If-None-Match", tag);
        Assert.Equal(HttpStatusCode.NotModified, (await _server.Client.SendAsync(known)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _server.Client.SendAsync(new(HttpMethod.Head, path))).StatusCode);
        reads.Leave();
    }

    [Fact]
    public async Task Seeds_and_epochs_have_64_bits()
    {
        List<string> orders = [];
        foreach (string at in (string[])["0/order?seed=18446744073709551615", "18446744073709551615/order?seed=0", "0/order?seed=9223372036854775808", "0/order?seed=0"])
        {
            long[] rows = MemoryMarshal.Cast<byte, long>(NpyFile.Data(await _server.Client.GetByteArrayAsync("/v1/datasets/d/epochs/" + at))).ToArray();
            Assert.Equal(Enumerable.Range(0, 10).Select(row => (long)row), rows.Order());
            orders.Add(string.Join(",", rows));
        }

        Assert.Equal(4, orders.Distinct().Count());
    }

    [Fact]
    public async Task Tensors_are_aligned_and_the_plan_counts_their_bytes()
    {
        long planned = JsonDocument.Parse(await _server.Client.GetStringAsync(Epoch + "plan?batch_size=3&tail=pad&arrays=x,features,y")).RootElement.GetProperty("bytes").GetInt64();
        long counted = 0;
        for (int step = 0; step < 4; step++)
        {
            byte[] body = await _server.Client.GetByteArrayAsync($"{Epoch}batches/{step}?batch_size=3&tail=pad&arrays=x,features,y");
            int header = (int)BitConverter.ToInt64(body);
            Assert.Equal(0, header % 8);
            JsonProperty[] tensors = [.. JsonDocument.Parse(body.AsMemory(8, header)).RootElement.EnumerateObject()];
            Assert.Equal(["y", "features", "x", "@valid"], tensors.Select(tensor => tensor.Name));
            Assert.All(tensors, tensor => Assert.Equal(0, tensor.Value.GetProperty("data_offsets")[0].GetInt64() % (tensor.Name switch { "y" => 8, "features" => 4, _ => 1 })));
            counted += body.Length - 8 - header;
        }

        Assert.Equal(planned, counted);
    }

    [Fact]
    public async Task A_request_line_may_hold_64_KB_of_rows()
    {
        string rows = string.Join(",", Enumerable.Repeat("7", 32_000));
        byte[] body = await _server.Client.GetByteArrayAsync("/v1/datasets/d/rows?arrays=y&format=raw&rows=" + rows);
        Assert.Equal(_data.GatherY(Enumerable.Repeat(7L, 32_000)), body);
        Assert.Equal(HttpStatusCode.RequestUriTooLong, (await _server.Client.GetAsync("/v1/datasets/d/rows?rows=7,7," + rows + rows[..2000])).StatusCode);
    }
}
