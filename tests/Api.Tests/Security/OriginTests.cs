using System.Net;
using System.Text;

namespace Microtome.Api.Tests.Security;

/// <summary>What a stranger's web page may not do to a server on its reader's machine, and where the server listens.</summary>
public sealed class OriginTests
{
    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1:99", 200)]
    [InlineData("[::1]", 200)]
    [InlineData("lab.example", 200)]
    public async Task Only_known_hosts_are_answered(string host, int status)
    {
        using SampleData data = new(10);
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, "--Microtome:AllowedHosts:0=lab.example");
        HttpResponseMessage response = await SendAsync(server, HttpMethod.Get, ("Host", host));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_foreign_origin_may_not_post_and_may_not_read()
    {
        using SampleData data = new(10);
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, "--Microtome:AllowedOrigins:0=https://lab.example");
        HttpResponseMessage foreign = await SendAsync(server, HttpMethod.Post, ("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        HttpResponseMessage read = await SendAsync(server, HttpMethod.Get, ("Origin", "https://evil.example"));
        Assert.False(read.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Contains("Origin", read.Headers.Vary);
        Assert.Contains("Origin", (await SendAsync(server, HttpMethod.Get)).Headers.Vary);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, HttpMethod.Post, ("Origin", server.Address.GetLeftPart(UriPartial.Authority)))).StatusCode);
        HttpResponseMessage listed = await SendAsync(server, HttpMethod.Post, ("Origin", "https://lab.example"));
        Assert.Equal(HttpStatusCode.OK, listed.StatusCode);
        Assert.Equal("https://lab.example", listed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("X-Epoch-Steps", string.Join(",", listed.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
        HttpResponseMessage preflight = await SendAsync(server, HttpMethod.Options, ("Origin", "https://lab.example"), ("Access-Control-Request-Method", "POST"));
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
    }

    [Theory]
    [InlineData("--urls", "http://0.0.0.0:0")]
    [InlineData("--urls", "http://*:0")]
    [InlineData("--urls", "http://[::]:0")]
    [InlineData("--http_ports", "0")]
    [InlineData("--Kestrel:Endpoints:A:Url", "http://0.0.0.0:0")]
    public async Task Without_keys_a_wider_address_stops_the_start_and_names_the_ways_out(string setting, string value)
    {
        using SampleData data = new(10);
        string[] arguments = ["--data", data.Folder, "--Logging:LogLevel:Default=None", $"{setting}={value}"];
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => StartAndStopAsync(arguments));
        Assert.IsType<Microtome.Api.Settings.SettingsException>(error);
        Assert.Contains("ApiKeys", error.Message, StringComparison.Ordinal);
        Assert.Contains("AllowAnonymous", error.Message, StringComparison.Ordinal);
        await StartAndStopAsync([.. arguments, "--Microtome:AllowAnonymous=true"]);
        await StartAndStopAsync([.. arguments, .. KeyTests.Key(0, "k", "secret", "read")]);
    }

    private static async Task StartAndStopAsync(string[] arguments)
    {
        await using Microsoft.AspNetCore.Builder.WebApplication app = Microtome.Api.Hosting.MicrotomeApp.Build(arguments);
        await app.StartAsync();
        await app.StopAsync();
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningServer server, HttpMethod method, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(method, "/v1/datasets/d/rows?rows=1");
        if (method == HttpMethod.Post)
        {
            request.RequestUri = new("/v1/datasets/d/rows", UriKind.Relative);
            request.Content = new StringContent("{\"rows\":[1]}", Encoding.UTF8, "application/json");
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.Client.SendAsync(request);
    }
}
