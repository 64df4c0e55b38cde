using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microtome.Api.Tests.Security;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Jobs;

/// <summary>Jobs as a client meets them: posted, followed, cancelled, forgotten.</summary>
public sealed class JobTests
{
    [Fact]
    public async Task A_profile_gives_statistics_and_a_second_one_finds_them()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder);
        JsonElement job = await server.Client.RunAsync(new { kind = "profile", dataset = "d" });
        Assert.Equal((1500, 1500, "rows"), (job.GetProperty("done").GetInt64(), job.GetProperty("total").GetInt64(), job.Text("unit")));
        Assert.True(job.GetProperty("peakMemory").GetInt64() > 0);
        JsonElement[] arrays = [.. (await server.Client.GetFromJsonAsync<JsonElement>("/v1/datasets/d")).GetProperty("arrays").EnumerateArray()];
        JsonElement x = arrays.Single(array => array.Text("name") == "x").GetProperty("statistics");
        Assert.Equal(data.X.Length, x.GetProperty("count").GetInt64());
        Assert.Equal(data.X.Min(), x.GetProperty("min").GetByte());
        Assert.Equal(data.X.Average(value => (double)value), x.GetProperty("mean").GetDouble(), 9);
        Assert.Equal(1, x.GetProperty("channels").GetArrayLength());
        JsonElement y = arrays.Single(array => array.Text("name") == "y").GetProperty("statistics");
        Assert.Equal(
            data.Y.CountBy(value => value).OrderBy(one => one.Key).Select(one => $"{one.Key}:{one.Value}"),
            y.GetProperty("classes").EnumerateArray().Select(one => $"{one.GetProperty("value")}:{one.GetProperty("rows")}"));
        await server.Client.RunAsync(new { kind = "profile", dataset = "d", arrays = (string[])["x"] });
    }

    [Theory]
    [InlineData("""{"kind":"profile"}""", 400, "bad_request")]
    [InlineData("""{"dataset":"d"}""", 400, "bad_request")]
    [InlineData("""{"kind":"train","dataset":"d"}""", 400, "bad_request")]
    [InlineData("""{"kind":"profile","dataset":5}""", 400, "bad_request")]
    [InlineData("""{"kind":"profile","dataset":"d","arrays":"x"}""", 400, "bad_request")]
    [InlineData("""{"kind":"profile","dataset":"d","arrays":[]}""", 400, "bad_request")]
    [InlineData("""{"kind":"profile","dataset":"d","arrays":["x","x"]}""", 400, "bad_request")]
    [InlineData("""{"kind":"profile","dataset":"d","arrays":["@rows"]}""", 400, "bad_request")]
    [InlineData("""{"kind":"profile","dataset":"d","array":["x"]}""", 400, "unknown_parameter")]
    [InlineData("""{"kind":"profile","dataset":"d","view":"all"}""", 400, "unknown_parameter")]
    [InlineData("""{"kind":"profile","dataset":"d","dataset":"d"}""", 400, "bad_request")]
    [InlineData("""{"kind":"profile","dataset":"nowhere"}""", 404, "dataset_not_found")]
    [InlineData("""{"kind":"profile","dataset":"d","arrays":["z"]}""", 404, "array_not_found")]
    [InlineData("""{"kind":"profile","dataset":"d","version":"0"}""", 409, "version_changed")]
    [InlineData("""{"kind":"materialize","dataset":"d"}""", 400, "bad_request")]
    [InlineData("""{"kind":"materialize","dataset":"d","name":"../x"}""", 400, "bad_request")]
    [InlineData("""{"kind":"materialize","dataset":"d","name":".x"}""", 400, "bad_request")]
    [InlineData("""{"kind":"materialize","dataset":"d","name":"n","view":"slize(0:1)"}""", 400, "bad_expression")]
    [InlineData("""{"kind":"materialize","dataset":"d","name":"n","view":"nosuch"}""", 404, "view_not_found")]
    [InlineData("""{"kind":"materialize","dataset":"d","name":"n","transform":{"x":"cast(f5)"}}""", 400, "bad_transform")]
    [InlineData("""{"kind":"materialize","dataset":"d","name":"n","transform":{"x":"div(2)"}}""", 422, "does_not_apply")]
    [InlineData("""{"kind":"materialize","dataset":"d","name":"n","transform":{"z":"cast(f4)"}}""", 400, "bad_request")]
    [InlineData("""{"kind":"materialize","dataset":"d","name":"n","transform":["cast(f4)"]}""", 400, "bad_request")]
    [InlineData("[]", 400, "bad_request")]
    [InlineData("{", 400, "bad_request")]
    public async Task What_cannot_be_done_is_said_at_once(string body, int status, string code)
    {
        using SampleData data = new(50);
        using TemporaryFolder state = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, $"--Microtome:StateDirectory={state.Path}/place");
        HttpResponseMessage response = await server.Client.PostAsync("/v1/jobs", new StringContent(body, Encoding.UTF8, "application/json"));
        JsonElement problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((status, code), ((int)response.StatusCode, problem.Text("code")));
        Assert.Equal("""{"jobs":[]}""", await server.Client.GetStringAsync("/v1/jobs"));
        Assert.False(Directory.Exists(Path.Combine(state.Path, "place", "jobs")));
    }

    [Fact]
    public async Task Events_tell_of_progress_and_end_with_the_job()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder);
        JsonElement job = await server.Client.PostAsync(new { kind = "materialize", dataset = "d", name = "made" });
        HttpResponseMessage response = await server.Client.GetAsync(job.GetProperty("links").Text("events"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string[] events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(events[..^1], one => Assert.StartsWith("event: progress\ndata: {", one, StringComparison.Ordinal));
        Assert.StartsWith("event: end\ndata: {", events[^1], StringComparison.Ordinal);
        JsonElement end = JsonDocument.Parse(events[^1].Split("data: ")[1]).RootElement;
        Assert.Equal("succeeded", end.Text("state"));
        Assert.Equal(end.ToString(), (await server.Client.GetFromJsonAsync<JsonElement>("/v1/jobs/" + job.Text("id"))).ToString());
        Assert.StartsWith("event: end\n", await server.Client.GetStringAsync(job.GetProperty("links").Text("events")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_job_leaves_nothing_and_an_ended_one_is_forgotten()
    {
        using SampleData data = new(20_000);
        using TemporaryFolder state = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, $"--Microtome:StateDirectory={state.Path}");
        // The second waits for the first: one is cancelled while it runs, one before.
        object slow = new { kind = "materialize", dataset = "d", name = "first", arrays = (string[])["x"], transform = new { x = "resize(300,300,bilinear)" } };
        JsonElement first = await server.Client.PostAsync(slow);
        JsonElement second = await server.Client.PostAsync(new { kind = "materialize", dataset = "d", name = "second" });
        foreach (JsonElement job in (JsonElement[])[second, first])
        {
            HttpResponseMessage cancelled = await server.Client.DeleteAsync("/v1/jobs/" + job.Text("id"));
            Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
            Assert.Equal("cancelled", (await server.Client.EndAsync(job)).Text("state"));
            Assert.Equal(HttpStatusCode.Conflict, (await server.Client.DeleteAsync($"/v1/jobs/{job.Text("id")}?cancel=true")).StatusCode);
            Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync("/v1/jobs/" + job.Text("id"))).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/v1/jobs/" + job.Text("id"))).StatusCode);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(state.Path, "jobs")));
        Assert.True(!Directory.Exists(Path.Combine(state.Path, "materialized")) || !Directory.EnumerateFileSystemEntries(Path.Combine(state.Path, "materialized")).Any());
        Assert.Equal(0, (await server.Client.GetFromJsonAsync<JsonElement>("/v1/server")).GetProperty("usage").GetProperty("stateBytes").GetInt64());

        // The names are free again.
        await server.Client.RunAsync(new { kind = "materialize", dataset = "d", name = "first", view = "slice(0:10)" });
    }

    [Fact]
    public async Task A_key_sees_the_jobs_of_its_datasets_and_needs_the_scope_manage()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(
            data.Folder,
            [
                .. KeyTests.Key(0, "reader", "r-secret", "read"), .. KeyTests.Key(1, "manager", "m-secret", "manage"),
                .. KeyTests.Key(2, "other", "o-secret", "manage"), "--Microtome:ApiKeys:2:Datasets:0=other*",
                .. KeyTests.Key(3, "narrow", "n-secret", "manage"), "--Microtome:ApiKeys:3:Datasets:0=d",
            ]);
        async Task<HttpResponseMessage> SendAsync(string key, HttpMethod method, string path, object? body = null)
        {
            HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            request.Headers.Authorization = new("Bearer", key);
            return await server.Client.SendAsync(request);
        }

        object profile = new { kind = "profile", dataset = "d", arrays = (string[])["x"] };
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("r-secret", HttpMethod.Post, "/v1/jobs", profile)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("o-secret", HttpMethod.Post, "/v1/jobs", profile)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("n-secret", HttpMethod.Post, "/v1/jobs", new { kind = "materialize", dataset = "d", name = "elsewhere" })).StatusCode);
        HttpResponseMessage posted = await SendAsync("m-secret", HttpMethod.Post, "/v1/jobs", profile);
        Assert.Equal(HttpStatusCode.Accepted, posted.StatusCode);
        string path = posted.Headers.Location!.ToString();
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("r-secret", HttpMethod.Get, path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("o-secret", HttpMethod.Get, path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("o-secret", HttpMethod.Delete, path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("o-secret", HttpMethod.Get, path + "/events")).StatusCode);
        Assert.Equal("""{"jobs":[]}""", await (await SendAsync("o-secret", HttpMethod.Get, "/v1/jobs")).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("r-secret", HttpMethod.Delete, path)).StatusCode);
    }

    [Fact]
    public async Task Without_a_state_directory_jobs_are_refused_and_all_else_is_served()
    {
        using SampleData data = new();
        using TemporaryFolder state = new();
        await using RunningServer owner = await RunningServer.ServeAsync(data.Folder, $"--Microtome:StateDirectory={state.Path}");
        await owner.Client.RunAsync(new { kind = "profile", dataset = "d", arrays = (string[])["y"] });
        await using RunningServer second = await RunningServer.ServeAsync(data.Folder, $"--Microtome:StateDirectory={state.Path}");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (await second.Client.RefuseAsync(new { kind = "profile", dataset = "d" })) is var refused ? (refused.Status, refused.Code) : default);
        Assert.Equal(HttpStatusCode.OK, (await second.Client.GetAsync("/v1/datasets/d")).StatusCode);
    }

    [Fact]
    public async Task Jobs_are_counted()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder);
        await server.Client.RunAsync(new { kind = "profile", dataset = "d" });
        string metrics = await server.Client.GetStringAsync("/metrics");
        Assert.Contains("microtome_jobs_ended_total{kind=\"profile\",state=\"succeeded\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("microtome_jobs_running 0", metrics, StringComparison.Ordinal);
        Assert.Equal(0, (await server.Client.GetFromJsonAsync<JsonElement>("/v1/server")).GetProperty("usage").GetProperty("jobsQueued").GetInt32());
    }
}
