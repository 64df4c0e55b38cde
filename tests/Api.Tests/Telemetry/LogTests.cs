using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microtome.Api.Telemetry;

namespace Microtome.Api.Tests.Telemetry;

/// <summary>What the log says of requests, and what it must never say.</summary>
public sealed class LogTests
{
    [Theory]
    [InlineData("?batch_size=4&seed=7", 200, "GET /v1/a?batch_size=4&seed=7 200")]
    [InlineData("?select=1&_token=secret", 200, "GET /v1/a?select=1 200")]
    [InlineData("?api_key=secret", 400, "GET /v1/a 400")]
    [InlineData("?api_key=secret", 401, "GET /v1/a 401")]
    public async Task A_request_is_one_line_without_secrets(string query, int status, string expected)
    {
        Recorder lines = new();
        await using RunningServer server = await RunningServer.StartAsync();
        ServerMetrics metrics = (ServerMetrics)server.Services.GetService(typeof(ServerMetrics))!;
        DefaultHttpContext http = new();
        http.Request.Method = "GET";
        http.Request.Path = "/v1/a";
        http.Request.QueryString = new(query);
        http.Request.Headers.Authorization = "Bearer secret";
        http.Response.StatusCode = status;
        await new RequestLog(metrics, lines).InvokeAsync(http, _ => Task.CompletedTask);
        string line = Assert.Single(lines.Lines);
        Assert.StartsWith(expected + " ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    private sealed class Recorder : ILogger<RequestLog>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
