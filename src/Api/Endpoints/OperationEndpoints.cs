using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microtome.Api.Contracts;
using Microtome.Api.Hosting;
using Microtome.Api.Jobs;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Security;
using Microtome.Api.Telemetry;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Storage;

namespace Microtome.Api.Endpoints;

/// <summary>What operators ask: probes, metrics, the server's own figures.</summary>
internal static class OperationEndpoints
{
    private static readonly string Version = typeof(OperationEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("").WithTags("Operations").AlsoHead();
        group.MapGet("/healthz/live", GetLive);
        group.MapGet("/healthz/ready", GetReady);
        group.MapGet("/metrics", GetMetrics).Produces<string>(contentType: "text/plain");
        group.MapGet("/v1/server", GetServer);
        return routes;
    }

    /// <summary>Whether the process answers at all.</summary>
    internal static Ok<ProbeInfo> GetLive() => TypedResults.Ok(new ProbeInfo("live"));

    /// <summary>Whether the first scan has ended and the server is not shutting down; and which datasets cannot be read now.</summary>
    internal static Results<Ok<ReadyInfo>, JsonHttpResult<ReadyInfo>> GetReady(HttpContext http, DatasetCatalogue catalogue, Draining draining)
    {
        Caller caller = http.Caller();
        IReadOnlyList<string>? broken = caller.IsKnown ? [.. catalogue.Broken.Where(caller.CanSee)] : null;
        return catalogue.IsReady && !draining.HasBegun
            ? TypedResults.Ok(new ReadyInfo("ready", broken))
            : TypedResults.Json(new ReadyInfo(draining.HasBegun ? "draining" : "scanning", broken), statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Counters and gauges in Prometheus' text format.</summary>
    internal static ContentHttpResult GetMetrics(HttpContext http, PrometheusExporter exporter) => http.Caller().SeesAll
        ? TypedResults.Text(exporter.Write(), PrometheusExporter.MediaType)
        : throw new ProblemException(ProblemCode.Forbidden, "The metrics tell of all datasets; this key sees some only.");

    /// <summary>The server's version, limits and usage, and what the key may do.</summary>
    internal static Ok<ServerInfo> GetServer(
        HttpContext http, ServerLimits limits, ReadAdmission reads, StreamAdmission streams, DatasetAccess access, StateDirectory state, JobBook jobs, StartTime started)
    {
        ProcessMemory memory = ProcessMemory.Read();
        LimitsInfo shown = new(
            limits.MaxRows, limits.MaxResponseBytes, limits.MaxRequestBytes, limits.MaxExpressionLength, limits.MaxConcurrentReads, limits.MaxQueuedReads, limits.MaxStreams, limits.MaxChunkBytes, limits.MemoryBudgetBytes, state.Budget.Limit);
        UsageInfo usage = new(access.List(http).Count(), reads.Active, reads.Waiting, streams.Open, memory.PrivateBytes, memory.ResidentBytes, state.Budget.Used, jobs.List().Count(job => job.State == JobState.Running), jobs.List().Count(job => job.State == JobState.Queued));
        return TypedResults.Ok(new ServerInfo(Version, started.Utc, shown, usage, http.Caller().CanManage ? "manage" : "read", http.Caller().SeesAll));
    }
}

/// <summary>When the server started.</summary>
internal sealed record StartTime(DateTimeOffset Utc);
