using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Telemetry;

/// <summary>What operators and monitors ask: probes, metrics, HEAD, and what may be kept.</summary>
public sealed partial class OperationTests
{
    /// <summary>Endpoints that answer for as long as somebody reads.</summary>
    private static readonly string[] Endless = ["/v1/datasets/{dataset}/epochs/{epoch}/stream", "/v1/jobs/{job}/events"];

    /// <summary>Every name that dashboards may rely on, as they are listed after some requests and before any job has ended.</summary>
    private static readonly string[] Metrics =
    [
        "microtome_allocated_bytes_total", "microtome_chunk_cache_bytes", "microtome_chunk_cache_hits_total", "microtome_chunks_decoded_total",
        "microtome_cold_read_bytes_total", "microtome_cpu_seconds_total", "microtome_datasets", "microtome_decoded_bytes_total", "microtome_gc_gen2_total",
        "microtome_hinted_bytes_total", "microtome_jobs_queued", "microtome_jobs_running", "microtome_lent_bytes_total", "microtome_private_memory_bytes",
        "microtome_reads_active", "microtome_reads_waiting", "microtome_request_seconds", "microtome_requests_total", "microtome_resident_memory_bytes",
        "microtome_response_bytes_total", "microtome_short_answers_total", "microtome_sidecar_array_bytes", "microtome_sidecar_bytes",
        "microtome_sidecar_decoded_bytes", "microtome_streams_open", "microtome_view_bytes",
    ];

    [Fact]
    public async Task A_view_that_was_worked_out_is_counted()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        Assert.Contains("\nmicrotome_view_bytes 0\n", await server.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        await server.Client.GetStringAsync("/v1/datasets/digits/views?expression=where(labels==3)");
        Assert.Matches("\nmicrotome_view_bytes [1-9][0-9]*\n", await server.Client.GetStringAsync("/metrics"));
    }

    [Fact]
    public async Task Every_get_that_ends_takes_head()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        RouteEndpoint[] endpoints = [.. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];
        string[] gets = [.. endpoints.Where(endpoint => Methods(endpoint).Contains("GET") && !Methods(endpoint).Contains("HEAD")).Select(endpoint => endpoint.RoutePattern.RawText!)];
        Assert.Empty(gets.Except(Endless));
        foreach (string path in (string[])["/v1/datasets", "/v1/datasets/digits", "/v1/server", "/healthz/live", "/healthz/ready", "/metrics", "/v1/datasets/digits/epochs/0/plan?batch_size=9"])
        {
            HttpResponseMessage head = await server.Client.SendAsync(new(HttpMethod.Head, path));
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            Assert.Equal("no-cache", head.Headers.CacheControl?.ToString());
        }

        static IReadOnlyList<string> Methods(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
    }

    [Fact]
    public async Task Broken_datasets_are_named_to_those_who_may_see_them()
    {
        using SampleData data = new(10);
        string[] missing = ["--Microtome:Datasets:gone:x=" + data.Folder + "/none.npy", "--Microtome:Datasets:lost:x=" + data.Folder + "/none.npy"];
        await using RunningServer open = await RunningServer.ServeAsync(data.Folder, missing);
        Assert.Equal("{\"status\":\"ready\",\"broken\":[\"gone\",\"lost\"]}", await open.Client.GetStringAsync("/healthz/ready"));
        await using RunningServer keyed = await RunningServer.ServeAsync(data.Folder, [.. missing, .. Security.KeyTests.Key(0, "some", "s", "read"), "--Microtome:ApiKeys:0:Datasets:0=l*"]);
        Assert.Equal("{\"status\":\"ready\"}", await keyed.Client.GetStringAsync("/healthz/ready"));
        HttpRequestMessage request = new(HttpMethod.Get, "/healthz/ready");
        request.Headers.Add("X-API-Key", "s");
        Assert.Equal("{\"status\":\"ready\",\"broken\":[\"lost\"]}", await (await keyed.Client.SendAsync(request)).Content.ReadAsStringAsync());
        request = new(HttpMethod.Get, "/healthz/ready");
        request.Headers.Add("X-API-Key", "wrong");
        Assert.Equal("{\"status\":\"ready\"}", await (await keyed.Client.SendAsync(request)).Content.ReadAsStringAsync());
        await File.WriteAllBytesAsync(Path.Combine(data.Folder, "none.npy"), NpyFile.Make("|u1", "(1,)", [1]));
        DateTime end = DateTime.UtcNow.AddSeconds(10);
        while (await open.Client.GetStringAsync("/healthz/ready") != "{\"status\":\"ready\",\"broken\":[]}")
        {
            Assert.True(DateTime.UtcNow < end, "it stays broken");
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task The_metrics_are_Prometheus_text_and_count()
    {
        await using RunningServer server = await RunningServer.StartAsync("--Microtome:Sidecars=false");
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/v1/datasets/digits-chunked/rows?rows=5,9&arrays=images")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/v1/datasets/none")).StatusCode);
        await Task.Delay(100); // A request is counted when its answer has ended, which its client may see first.
        HttpResponseMessage response = await server.Client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Dictionary<string, string> kinds = [];
        Dictionary<string, double> values = [];
        foreach (string line in (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                kinds.Add(words[2], words[3]);
            }
            else if (line[0] != '#')
            {
                Match sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                string name = sample.Groups["name"].Value;
                Assert.True(kinds.ContainsKey(name) || kinds[HistogramPart().Replace(name, "")] == "histogram", line);
                values.Add(line[..line.LastIndexOf(' ')], double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture));
            }
        }

        const string rows = "route=\"/v1/datasets/{dataset}/rows/\"";
        Assert.Equal(1, values[$"microtome_requests_total{{{rows},method=\"GET\",status=\"200\"}}"]);
        Assert.Equal(1, values["microtome_requests_total{route=\"/v1/datasets/{dataset}\",method=\"GET\",status=\"404\"}"]);
        Assert.Equal((1, 1), (values[$"microtome_request_seconds_count{{{rows}}}"], values[$"microtome_request_seconds_bucket{{{rows},le=\"+Inf\"}}"]));
        Assert.Equal(values.Where(value => value.Key.StartsWith("microtome_request_seconds_bucket{" + rows, StringComparison.Ordinal)).Select(value => value.Value).Order(), values.Where(value => value.Key.StartsWith("microtome_request_seconds_bucket{" + rows, StringComparison.Ordinal)).Select(value => value.Value));
        Assert.True(values["microtome_response_bytes_total"] > 128 && values["microtome_chunks_decoded_total"] >= 1 && values["microtome_chunk_cache_bytes"] > 0);
        Assert.Equal(Metrics, kinds.Keys);
    }

    [Fact]
    public async Task The_list_shows_32_arrays_of_a_dataset_and_its_detail_all()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder.File("a.npy"), NpyFile.Make("<f4", "(2, 3)", new byte[24]));
        await using RunningServer server = await RunningServer.StartAsync([.. Enumerable.Range(0, 40).Select(i => $"--Microtome:Datasets:many:a{i:00}={folder.File("a.npy")}")]);
        JsonElement summary = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets")).RootElement.GetProperty("datasets")[0];
        Assert.Equal((40, 32, 2, 960), (summary.GetProperty("arrayCount").GetInt32(), summary.GetProperty("arrays").GetArrayLength(), summary.GetProperty("rows").GetInt32(), summary.GetProperty("bytes").GetInt32()));
        Assert.Equal("{\"name\":\"a00\",\"dtype\":\"<f4\",\"shape\":[2,3]}", summary.GetProperty("arrays")[0].GetRawText());
        JsonElement detail = JsonDocument.Parse(await server.Client.GetStringAsync(summary.GetProperty("href").GetString())).RootElement;
        Assert.Equal((40, 40), (detail.GetProperty("arrayCount").GetInt32(), detail.GetProperty("arrays").GetArrayLength()));
    }

    [GeneratedRegex("""^(?<name>[a-z_0-9]+)(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? (?<value>[-0-9.E+]+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramPart();
}
