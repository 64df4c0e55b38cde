using System.Diagnostics;
using Microtome.Datasets.Sending;

namespace Microtome.Api.Telemetry;

/// <summary>
/// Counts every request, and says it in one line at debug level. Keys travel in headers, and stay out of the log: of the query only
/// what an endpoint understood is said, since what it refused or passed over may be anything.
/// </summary>
internal sealed partial class RequestLog(ServerMetrics metrics, ILogger<RequestLog> log)
{
    private const string NoRoute = "(none)";

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        long started = Stopwatch.GetTimestamp();
        if (Turn.IsWanted)
        {
            await Task.Yield(); // A connection whose next request is here already would keep its thread from all others.
        }

        try
        {
            await next(http);
        }
        finally
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            string route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? NoRoute;
            metrics.Record(route, Method(http.Request.Method), http.Response.StatusCode, elapsed);
            if (log.IsEnabled(LogLevel.Debug))
            {
                LogRequest(http.Request.Method, http.Request.Path, Understood(http), http.Response.StatusCode, elapsed.TotalMilliseconds);
            }
        }
    }

    private static string Understood(HttpContext http) =>
        http.Response.StatusCode is StatusCodes.Status400BadRequest or StatusCodes.Status401Unauthorized or StatusCodes.Status404NotFound
            ? ""
            : QueryString.Create(http.Request.Query.Where(parameter => !parameter.Key.StartsWith('_'))).Value ?? "";

    /// <summary>A client may send any word as its method; a series a word would not be bounded.</summary>
    private static string Method(string method) => method is "GET" or "HEAD" or "POST" or "DELETE" or "OPTIONS" ? method : "other";

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path}{Query} {Status} {Milliseconds:0.000} ms")]
    private partial void LogRequest(string method, string path, string? query, int status, double milliseconds);
}
