using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Views over HTTP: stored, counted, listed, cached, and refused with the place and a way out.</summary>
public sealed class ViewTests : IAsyncLifetime
{
    private readonly SampleData _data = new();
    private readonly TemporaryFolder _state = new();
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _data.Dispose();
        _state.Dispose();
    }

    [Fact]
    public async Task A_stored_expression_is_the_expression_also_after_a_restart()
    {
        (HttpStatusCode status, JsonElement made) = await PostAsync("""{"name":"odd","expression":"where( y in [1,3,5,7,9] )"}""");
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(("odd", "where(y in (1, 3, 5, 7, 9))"), (made.GetProperty("name").GetString(), made.GetProperty("expression").GetString()));
        string id = made.GetProperty("id").GetString()!;
        Assert.Matches("^v-[0-9a-f]{16}$", id);
        long[] expected = [.. Enumerable.Range(0, _data.Rows).Where(row => _data.Y[row] % 2 == 1).Select(row => (long)row)];
        Assert.Equal(expected.Length, made.GetProperty("rows").GetInt64());
        Assert.Equal(["1:50", "3:50", "5:50", "7:50", "9:50"], Classes(made));

        (status, JsonElement again) = await PostAsync("""{"name":"odd","expression":"where(y in (1,3,5,7,9))"}""");
        Assert.Equal((HttpStatusCode.OK, id), (status, again.GetProperty("id").GetString()));
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("""{"name":"odd","expression":"slice(1:)"}""")).Status);

        await _server.DisposeAsync();
        _server = await StartAsync();
        foreach (string view in (string[])["odd", id, "where(y in (1,3,5,7,9))"])
        {
            Assert.Equal(expected, await RowsAsync($"views/{Uri.EscapeDataString(view)}/rows"));
            Assert.Equal(expected, await RowsAsync($"epochs/0/order?order=sequential&view={Uri.EscapeDataString(view)}"));
        }

        Assert.Equal(expected.Take(10), await RowsAsync("epochs/0/order?order=sequential&view=" + Uri.EscapeDataString("odd|slice(:10)")));
        using JsonDocument detail = JsonDocument.Parse(await _server.Client.GetStringAsync("/v1/datasets/d"));
        Assert.Equal(["all", "odd"], detail.RootElement.GetProperty("views").EnumerateArray().Select(view => view.GetString()));
        Assert.Equal(HttpStatusCode.NoContent, (await _server.Client.DeleteAsync("/v1/datasets/d/views/odd")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _server.Client.DeleteAsync("/v1/datasets/d/views/odd")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _server.Client.GetAsync("/v1/datasets/d/views/odd")).StatusCode);
    }

    [Fact]
    public async Task A_list_keeps_its_order_and_belongs_to_its_version()
    {
        (HttpStatusCode status, JsonElement made) = await PostAsync("""{"name":"mine","rows":[5,1,-1,5]}""");
        Assert.Equal(HttpStatusCode.Created, status);
        string id = made.GetProperty("id").GetString()!;
        long[] expected = [5, 1, 499, 5];
        Assert.Equal(expected, await RowsAsync("views/mine/rows"));
        Assert.Equal((long[])[1, 499], await RowsAsync("views/" + Uri.EscapeDataString("mine|slice(1:3)") + "/rows"));

        using ByteArrayContent body = new(MemoryMarshal.AsBytes(expected.AsSpan()).ToArray());
        body.Headers.ContentType = MediaTypeHeaderValue.Parse("application/octet-stream");
        HttpResponseMessage binary = await _server.Client.PostAsync("/v1/datasets/d/views?name=mine", body);
        Assert.Equal(HttpStatusCode.OK, binary.StatusCode);
        Assert.Equal(id, JsonDocument.Parse(await binary.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString());

        await _server.DisposeAsync();
        _server = await StartAsync();
        Assert.Equal(expected, await RowsAsync($"views/{id}/rows"));

        // The same shape, another content: another version.
        string file = Path.Combine(_data.Folder, "d_y.npy");
        long[] other = [.. _data.Y];
        other[0] = 77;
        await File.WriteAllBytesAsync(file + ".new", NpyFile.Make("<i8", $"({_data.Rows},)", MemoryMarshal.AsBytes(other.AsSpan())));
        File.SetLastWriteTimeUtc(file + ".new", DateTime.UtcNow.AddMinutes(-5));
        File.Move(file + ".new", file, overwrite: true);
        await _server.Catalogue.ScanAsync(CancellationToken.None);
        foreach (string view in (string[])["mine", id, "mine|slice(0:1)"])
        {
            HttpResponseMessage refused = await _server.Client.GetAsync($"/v1/datasets/d/epochs/0/batches/0?batch_size=2&view={Uri.EscapeDataString(view)}");
            JsonElement problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal((HttpStatusCode.Conflict, "version_changed"), (refused.StatusCode, problem.GetProperty("code").GetString()));
            Assert.NotEmpty(problem.GetProperty("version").GetString()!);
        }

        Assert.Equal((long[])[0], await RowsAsync("views/" + Uri.EscapeDataString("where(y == 77)") + "/rows"));
    }

    [Fact]
    public async Task An_expression_is_counted_with_nothing_stored()
    {
        using JsonDocument counted = JsonDocument.Parse(await _server.Client.GetStringAsync("/v1/datasets/d/views?by=y&expression=" + Uri.EscapeDataString("slice(0:20)")));
        Assert.Equal(20, counted.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal(Enumerable.Range(0, 10).Select(value => $"{value}:2"), Classes(counted.RootElement));
        using JsonDocument views = JsonDocument.Parse(await _server.Client.GetStringAsync("/v1/datasets/d/views"));
        Assert.Equal("all", Assert.Single(views.RootElement.GetProperty("views").EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("slice(0:20)", true)]
    [InlineData("all", true)]
    [InlineData("all|slice(0:20)", true)]
    [InlineData("named", false)]
    [InlineData("named|slice(0:20)", false)]
    [InlineData("ID", true)]
    [InlineData("ID|slice(0:20)", true)]
    public async Task A_pinned_answer_is_kept_for_ever_where_no_name_can_come_to_mean_something_else(string view, bool isForEver)
    {
        (_, JsonElement made) = await PostAsync("""{"name":"named","expression":"slice(5:400)"}""");
        string text = Uri.EscapeDataString(view.Replace("ID", made.GetProperty("id").GetString(), StringComparison.Ordinal));
        string version = made.GetProperty("version").GetString()!;
        HttpResponseMessage response = await _server.Client.GetAsync($"/v1/datasets/d/epochs/0/batches/0?batch_size=4&version={version}&view={text}");
        Assert.Equal(isForEver ? "public, max-age=31536000, immutable" : "no-cache", string.Join(", ", response.Headers.GetValues("Cache-Control")));
        response = await _server.Client.GetAsync($"/v1/datasets/d/epochs/0/batches/0?batch_size=4&view={text}");
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
    }

    [Theory]
    [InlineData("none", 404, "view_not_found", null)]
    [InlineData("v-0123456789abcdef", 404, "view_not_found", null)]
    [InlineData("where(z == 1)", 404, "array_not_found", 6)]
    [InlineData("where(x == 1)", 422, "needs_profile", 6)]
    [InlineData("where(x.mean < 0.1)", 422, "needs_profile", 6)]
    [InlineData("split(by=features,parts=1,take=0)", 422, "needs_profile", 9)]
    [InlineData("unique(x)", 422, "needs_profile", 7)]
    [InlineData("where(y == 'a')", 422, "does_not_apply", 11)]
    [InlineData("sample(n=501)", 422, "does_not_apply", 9)]
    [InlineData("split(parts=0.5:0.4,take=0)", 400, "bad_expression", 12)]
    public async Task What_is_wrong_is_said_with_its_place(string view, int status, string code, int? position)
    {
        HttpResponseMessage response = await _server.Client.GetAsync("/v1/datasets/d/epochs/0/batches/0?batch_size=4&view=" + Uri.EscapeDataString(view));
        JsonElement problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((status, code), ((int)response.StatusCode, problem.GetProperty("code").GetString()));
        Assert.Equal(position, problem.TryGetProperty("position", out JsonElement at) ? at.GetInt32() : null);
        if (code == "needs_profile")
        {
            JsonElement job = problem.GetProperty("job");
            Assert.Equal(("profile", "d"), (job.GetProperty("kind").GetString(), job.GetProperty("dataset").GetString()));
            Assert.Single(job.GetProperty("arrays").EnumerateArray());
        }
    }

    [Theory]
    [InlineData("{\"name\":\"a\"}", 400)]
    [InlineData("{\"expression\":\"slice(:1)\"}", 400)]
    [InlineData("{\"name\":\"a\",\"expression\":\"slice(:1)\",\"rows\":[1]}", 400)]
    [InlineData("{\"name\":\"all\",\"expression\":\"slice(:1)\"}", 400)]
    [InlineData("{\"name\":\"a b\",\"expression\":\"slice(:1)\"}", 400)]
    [InlineData("{\"name\":\"../a\",\"expression\":\"slice(:1)\"}", 400)]
    [InlineData("{\"name\":\"v-0123456789abcdef\",\"expression\":\"slice(:1)\"}", 400)]
    [InlineData("{\"name\":\"a\",\"expression\":\"slice(:1\"}", 400)]
    [InlineData("{\"name\":\"a\",\"expression\":\"where(z==1)\"}", 404)]
    [InlineData("{\"name\":\"a\",\"rows\":[500]}", 422)]
    [InlineData("{\"name\":\"a\",\"rows\":[1.5]}", 400)]
    [InlineData("{\"name\":\"a\",\"rowz\":[1]}", 400)]
    [InlineData("{\"name\":\"a\",\"name\":\"b\",\"rows\":[1]}", 400)]
    [InlineData("[1]", 400)]
    [InlineData("{", 400)]
    public async Task A_malformed_view_is_not_stored(string body, int status)
    {
        Assert.Equal(status, (int)(await PostAsync(body)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _server.Client.GetAsync("/v1/datasets/d/views/a")).StatusCode);
    }

    [Fact]
    public async Task Configuration_names_views_that_stay()
    {
        await using RunningServer server = await RunningServer.ServeAsync(
            _data.Folder, "--Microtome:Views:d:first=slice(0:100)", "--Microtome:Views:d:odd=first|where(y in (1,3,5,7,9))");
        using JsonDocument listed = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/d/views"));
        Assert.Equal(["all", "first", "odd"], listed.RootElement.GetProperty("views").EnumerateArray().Select(view => view.GetProperty("name").GetString()));
        using JsonDocument odd = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/d/views/odd"));
        Assert.Equal(("slice(0:100)|where(y in (1, 3, 5, 7, 9))", 50), (odd.RootElement.GetProperty("expression").GetString(), odd.RootElement.GetProperty("rows").GetInt64()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await server.Client.DeleteAsync("/v1/datasets/d/views/odd")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await server.Client.DeleteAsync("/v1/datasets/d/views/all")).StatusCode);
        using StringContent other = new("""{"name":"odd","expression":"slice(1:)"}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Conflict, (await server.Client.PostAsync("/v1/datasets/d/views", other)).StatusCode);
    }

    [Theory]
    [InlineData("--Microtome:Views:d:a=splt(parts=1,take=0)", "Microtome:Views:d:a")]
    [InlineData("--Microtome:Views:d:a=a|slice(:1)", "built on itself")]
    [InlineData("--Microtome:Views:d:a=b|slice(:1)", "which is no view")]
    [InlineData("--Microtome:Views:d:all=slice(:1)", "a view's name is")]
    public void A_wrong_view_in_configuration_stops_the_start_with_one_line(string argument, string expected)
    {
        Microtome.Api.Settings.SettingsException error = Assert.Throws<Microtome.Api.Settings.SettingsException>(() => Microtome.Api.Hosting.MicrotomeApp.Build(["--data", _data.Folder, argument]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Storing_and_deleting_need_the_scope_manage()
    {
        string Hash(string key) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        await using RunningServer server = await RunningServer.ServeAsync(
            _data.Folder, "--Microtome:ApiKeys:0:Name=r", "--Microtome:ApiKeys:0:Sha256=" + Hash("reader"), "--Microtome:ApiKeys:1:Name=m", "--Microtome:ApiKeys:1:Sha256=" + Hash("manager"), "--Microtome:ApiKeys:1:Scope=manage");
        async Task<HttpStatusCode> SendAsync(HttpMethod method, string key, string path, string? body = null)
        {
            using HttpRequestMessage request = new(method, "/v1/datasets/d/views" + path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-API-Key", key);
            return (await server.Client.SendAsync(request)).StatusCode;
        }

        const string body = """{"name":"rows","expression":"slice(1:)"}""";
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Post, "reader", "", body));
        Assert.Equal(HttpStatusCode.Created, await SendAsync(HttpMethod.Post, "manager", "", body));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(HttpMethod.Get, "reader", "/rows"));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Delete, "reader", "/rows"));
        Assert.Equal(HttpStatusCode.NoContent, await SendAsync(HttpMethod.Delete, "manager", "/rows"));
    }

    private static string[] Classes(JsonElement view) =>
        [.. view.GetProperty("classes").EnumerateArray().Select(one => $"{one.GetProperty("value")}:{one.GetProperty("rows")}")];

    private Task<RunningServer> StartAsync() => RunningServer.ServeAsync(_data.Folder, "--Microtome:StateDirectory=" + _state.Path);

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string json)
    {
        using StringContent content = new(json, Encoding.UTF8, "application/json");
        HttpResponseMessage response = await _server.Client.PostAsync("/v1/datasets/d/views", content);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<long[]> RowsAsync(string path) =>
        MemoryMarshal.Cast<byte, long>(NpyFile.Data(await _server.Client.GetByteArrayAsync("/v1/datasets/d/" + path))).ToArray();
}
