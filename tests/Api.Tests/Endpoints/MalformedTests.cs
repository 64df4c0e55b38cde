using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Bad input is normal: each kind of it is a problem with its code, and never a failure of the server.</summary>
public sealed class MalformedTests : IAsyncLifetime
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
    [InlineData("nothing", 404, "not_found")]
    [InlineData("datasets/none", 404, "dataset_not_found")]
    [InlineData("datasets/..%2f..%2fetc", 404, "dataset_not_found")]
    [InlineData("datasets/d/arrays/none", 404, "array_not_found")]
    [InlineData("datasets/d/arrays", 404, "array_not_found")]
    [InlineData("datasets/d/arrays/", 404, "array_not_found")]
    [InlineData("datasets/a%0d%0aX:%20y", 404, "dataset_not_found")]
    [InlineData("datasets/%ff", 404, "dataset_not_found")]
    [InlineData("datasets?limit=5", 400, "unknown_parameter")]
    [InlineData("server?x", 400, "unknown_parameter")]
    [InlineData("datasets/d/arrays/x?select=abc", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=1:2:0", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=1:2:-1", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=1,,2", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=...,...", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=0,[1,2]", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=[1,2", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=[1,:]", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=(1,2]", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=1.5", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=99999999999999999999", 422, "out_of_range")]
    [InlineData("datasets/d/arrays/x?select=[-99999999999999999999]", 422, "out_of_range")]
    [InlineData("datasets/d/arrays/x?select=1:2:3:4", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=0x10", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=%00", 400, "bad_select")]
    [InlineData("datasets/d/arrays/x?select=500", 422, "out_of_range")]
    [InlineData("datasets/d/arrays/x?select=-501", 422, "out_of_range")]
    [InlineData("datasets/d/arrays/x?select=0,0,0,0", 422, "out_of_range")]
    [InlineData("datasets/d/arrays/x?select=[1,500]", 422, "out_of_range")]
    [InlineData("datasets/d/arrays/x?format=bmp", 406, "not_acceptable")]
    [InlineData("datasets/d/arrays/x?format=csv", 406, "not_acceptable")]
    [InlineData("datasets/d/arrays/features?format=png", 406, "not_acceptable")]
    [InlineData("datasets/d/arrays/x?format=png&columns=0", 400, "bad_request")]
    [InlineData("datasets/d/arrays/x?columns=3", 400, "bad_request")]
    [InlineData("datasets/d/arrays/x?slect=1", 400, "unknown_parameter")]
    [InlineData("datasets/d/arrays/x?Select=1", 400, "unknown_parameter")]
    [InlineData("datasets/d/arrays/x?select=1&select=2", 400, "bad_request")]
    [InlineData("datasets/d/arrays/x?version=", 409, "version_changed")]
    [InlineData("datasets/d/arrays/x?transform=cast(f4", 400, "bad_transform")]
    [InlineData("datasets/d/arrays/x?transform=cats(f4)", 400, "bad_transform")]
    [InlineData("datasets/d/arrays/x?transform=cast(f5)", 400, "bad_transform")]
    [InlineData("datasets/d/arrays/x?transform=cast(f4)|div(0)", 400, "bad_transform")]
    [InlineData("datasets/d/arrays/x?transform=cast(f4)|div(inf)", 400, "bad_transform")]
    [InlineData("datasets/d/arrays/x?transform=div(255)", 422, "does_not_apply")]
    [InlineData("datasets/d/rows?rows=1&transform=cast(f4)", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1&arrays=y&transform=x:cast(f4)", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1&transform=y:resize(3,3,area)", 422, "does_not_apply")]
    [InlineData("datasets/d/rows", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1,a", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1,,2", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1.0", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=500", 422, "out_of_range")]
    [InlineData("datasets/d/rows?rows=-501", 422, "out_of_range")]
    [InlineData("datasets/d/rows?rows=9223372036854775808", 422, "out_of_range")]
    [InlineData("datasets/d/rows?rows=1&arrays=none", 404, "array_not_found")]
    [InlineData("datasets/d/rows?rows=1&arrays=x,x", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1&arrays=x,,y", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1&arrays=@row", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1&arrays=%22x", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1&arrays=x&select=y:0", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1&select=0:3", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1&select=x:0&select=x:1", 400, "bad_request")]
    [InlineData("datasets/d/rows?rows=1&select=x:9", 422, "out_of_range")]
    [InlineData("datasets/d/rows?rows=1&select=x:[0]", 422, "out_of_range")]
    [InlineData("datasets/d/rows?rows=1&select=x:a", 400, "bad_select")]
    [InlineData("datasets/d/epochs/0/batches/0", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&seed=", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&arrays=", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&order=", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&tail=", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&world_size=2147483648", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&order=window:0", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&format=png", 406, "not_acceptable")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&format=", 406, "not_acceptable")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=0", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=-4", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=many", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=1000001&tail=pad", 413, "too_large")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=9223372036854775807", 416, "past_end")]
    [InlineData("datasets/d/epochs/-1/batches/0?batch_size=4", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/x?batch_size=4", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/125?batch_size=4", 416, "past_end")]
    [InlineData("datasets/d/epochs/0/batches/18446744073709551615?batch_size=4", 416, "past_end")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&seed=-1", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&seed=18446744073709551616", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&order=random", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&tail=cut", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&rank=1", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&rank=-1&world_size=2", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&world_size=0", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&view=none", 404, "view_not_found")]
    [InlineData("datasets/d/epochs/0/batches/0?batchsize=4", 400, "unknown_parameter")]
    [InlineData("datasets/d/epochs/0/stream?batch_size=4&start=-1", 400, "bad_request")]
    [InlineData("datasets/d/epochs/0/stream?batch_size=4&format=csv", 406, "not_acceptable")]
    [InlineData("datasets/d/epochs/0/order?step=0", 400, "bad_request")]
    public async Task A_malformed_get_is_a_problem(string path, int status, string code) =>
        await AssertProblemAsync(await _server.Client.GetAsync("/v1/" + path), status, code);

    [Theory]
    [InlineData("application/json", "", 400, "bad_request")]
    [InlineData("application/json", "{", 400, "bad_request")]
    [InlineData("application/json", "[1,2]", 400, "bad_request")]
    [InlineData("application/json", "{}", 400, "bad_request")]
    [InlineData("application/json", "{\"rows\":5}", 400, "bad_request")]
    [InlineData("application/json", "{\"rows\":[1.5]}", 400, "bad_request")]
    [InlineData("application/json", "{\"rows\":[\"1\"]}", 400, "bad_request")]
    [InlineData("application/json", "{\"rows\":[1],\"array\":[\"x\"]}", 400, "unknown_parameter")]
    [InlineData("application/json", "{\"rows\":[1],\"rows\":[2]}", 400, "bad_request")]
    [InlineData("application/json", "{\"rows\":[1],\"arrays\":\"x\"}", 400, "bad_request")]
    [InlineData("application/json", "{\"rows\":[1],\"select\":[\"x\"]}", 400, "bad_request")]
    [InlineData("application/json", "{\"rows\":[1],\"select\":{\"x\":3}}", 400, "bad_request")]
    [InlineData("application/json", "{\"rows\":[500]}", 422, "out_of_range")]
    [InlineData("application/octet-stream", "1234567", 400, "bad_request")]
    [InlineData("text/plain", "{\"rows\":[1]}", 415, "unsupported_media_type")]
    [InlineData("application/json; charset=utf-16", "{\"rows\":[1]}", 415, "unsupported_media_type")]
    [InlineData("application/json", "{\"rows\":[1],\"arrays\":[\"\\ud800\"]}", 400, "bad_request")]
    public async Task A_malformed_post_is_a_problem(string type, string body, int status, string code)
    {
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        await AssertProblemAsync(await _server.Client.PostAsync("/v1/datasets/d/rows", content), status, code);
    }

    [Fact]
    public async Task Bodies_come_without_a_content_encoding()
    {
        using StringContent content = new("{\"rows\":[1]}", Encoding.UTF8, "application/json");
        content.Headers.ContentEncoding.Add("gzip");
        await AssertProblemAsync(await _server.Client.PostAsync("/v1/datasets/d/rows", content), 415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("{\"row\":[1]}")]
    [InlineData("{\"rows\":[1]} x")]
    [InlineData("{\"rows\":[\"1\"]}")]
    public async Task A_malformed_body_costs_no_connection(string body)
    {
        using RawConnection connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(RawConnection.Get("/v1/datasets/d/rows", headers: $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n", method: "POST") + body);
        Assert.Equal(400, (await connection.ReadAsync()).Status);
        await connection.SendAsync(RawConnection.Get("/healthz/live"));
        Assert.Equal(200, (await connection.ReadAsync()).Status);
    }

    [Theory]
    [InlineData("{\"rows\":[1],\"arrays\":null,\"select\":null,\"transform\":null}")]
    [InlineData("\uFEFF{\"rows\":[1]}")]
    [InlineData("  {\"rows\" : [ ] } \n")]
    public async Task What_others_write_is_understood(string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await _server.Client.PostAsync("/v1/datasets/d/rows", content)).StatusCode);
    }

    [Theory]
    [InlineData("datasets/d/arrays/x?SELECT=0", "SELECT", null, "select")]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=many", "batch_size", "many", null)]
    [InlineData("datasets/d/epochs/0/batches/0?batch_size=4&world_size=x", "world_size", "x", null)]
    [InlineData("datasets/d/epochs/q/plan?batch_size=4", "epoch", "q", null)]
    [InlineData("datasets/none", null, "none", null)]
    [InlineData("datasets/d/arrays/x?format=csv", "format", "csv", null)]
    public async Task A_problem_names_what_is_wrong_as_it_was_said(string path, string? parameter, string? value, string? nearest)
    {
        using JsonDocument problem = JsonDocument.Parse(await (await _server.Client.GetAsync("/v1/" + path)).Content.ReadAsStringAsync());
        Assert.Equal((parameter, value, nearest), (Text("parameter"), Text("value"), Text("nearest")));

        string? Text(string name) => problem.RootElement.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;
    }

    [Fact]
    public async Task Other_methods_are_405_and_name_the_right_ones()
    {
        HttpResponseMessage response = await _server.Client.DeleteAsync("/v1/datasets/d/rows");
        await AssertProblemAsync(response, 405, "method_not_allowed");
        Assert.Contains("POST", response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Limits_are_named_with_their_unit()
    {
        await using RunningServer server = await RunningServer.ServeAsync(
            _data.Folder, "--Microtome:Limits:MaxRows=10", "--Microtome:Limits:MaxExpressionLength=16", "--Microtome:Limits:MaxRequestBytes=1024");
        await AssertLimitAsync(await server.Client.GetAsync("/v1/datasets/d/rows?rows=1,2,3,4,5,6,7,8,9,10,11"), 10, "rows");
        await AssertLimitAsync(await server.Client.GetAsync("/v1/datasets/d/epochs/0/order"), 10, "rows");
        await AssertLimitAsync(await server.Client.GetAsync("/v1/datasets/d/epochs/0/batches/0?batch_size=41&world_size=4&rank=3"), 10, "rows");
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/v1/datasets/d/epochs/0/batches/0?batch_size=40&world_size=4&rank=3")).StatusCode);
        await AssertLimitAsync(await server.Client.GetAsync("/v1/datasets/d/arrays/x?select=0:1,0:2,0:3,::::::::"), 16, "characters");
        using ByteArrayContent large = new(new byte[2048]);
        large.Headers.ContentType = MediaTypeHeaderValue.Parse("application/octet-stream");
        await AssertLimitAsync(await server.Client.PostAsync("/v1/datasets/d/rows", large), 1024, "bytes");
    }

    [Fact]
    public async Task A_parameter_that_begins_with_an_underscore_is_passed_over() =>
        Assert.Equal(HttpStatusCode.OK, (await _server.Client.GetAsync("/v1/datasets/d/rows?rows=1&_=12345")).StatusCode);

    [Fact]
    public async Task A_typo_is_told_the_nearest_name()
    {
        using JsonDocument problem = JsonDocument.Parse(await (await _server.Client.GetAsync("/v1/datasets/d/epochs/0/batches/0?batch_sise=4")).Content.ReadAsStringAsync());
        Assert.Equal("batch_size", problem.RootElement.GetProperty("nearest").GetString());
    }

    private static async Task AssertLimitAsync(HttpResponseMessage response, long limit, string unit)
    {
        JsonElement problem = await AssertProblemAsync(response, 413, "too_large");
        Assert.Equal((limit, unit), (problem.GetProperty("limit").GetInt64(), problem.GetProperty("unit").GetString()));
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, int status, string code)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(text).RootElement.Clone();
        Assert.Equal((status, status, code), ((int)response.StatusCode, problem.GetProperty("status").GetInt32(), problem.GetProperty("code").GetString()));
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.DoesNotContain(Path.GetTempPath(), text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return problem;
    }
}
