using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Microtome.Api.Tests.Security;

/// <summary>Keys: who may see what, and that nothing tells more than it must.</summary>
public sealed class KeyTests
{
    private static readonly string[] Keys =
    [
        .. Key(0, "reader", "r-secret", "read"),
        .. Key(1, "manager", "m-secret", "manage"),
        .. Key(2, "other", "o-secret", "read"),
        "--Microtome:ApiKeys:2:Datasets:0=other*",
    ];

    [Fact]
    public async Task Without_a_key_there_is_one_constant_answer()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, Keys);
        HttpResponseMessage missing = await server.Client.GetAsync("/v1/datasets");
        HttpResponseMessage wrong = await SendAsync(server, "/v1/datasets/none", "guess");
        Assert.Equal(HttpStatusCode.Unauthorized, missing.StatusCode);
        Assert.Equal("Bearer", missing.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(await missing.Content.ReadAsStringAsync(), await wrong.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Client.GetAsync("/metrics")).StatusCode);
        foreach (string closed in (string[])["/none", "/v2", "/healthz", "/openapi", "/pages", "/v1"])
        {
            HttpResponseMessage refused = await server.Client.GetAsync(closed);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Equal(await missing.Content.ReadAsStringAsync(), await refused.Content.ReadAsStringAsync());
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(server, closed, "r-secret")).StatusCode);
        }

        foreach (string open in (string[])["/", "/healthz/live", "/healthz/ready", "/openapi.yaml", "/swagger/index.html"])
        {
            Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync(open)).StatusCode);
        }
    }

    [Fact]
    public async Task A_key_in_either_header_opens_and_answers_are_private()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, Keys);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, "/v1/datasets/d", "r-secret")).StatusCode);
        HttpRequestMessage request = new(HttpMethod.Get, "/v1/datasets/d/rows?rows=1");
        request.Headers.Add("X-API-Key", "r-secret");
        HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Authorization", response.Headers.Vary);
        Assert.Contains("X-API-Key", response.Headers.Vary);
    }

    [Fact]
    public async Task A_key_sees_its_datasets_only_and_the_others_are_not_there()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, Keys);
        Assert.Equal("{\"datasets\":[]}", await (await SendAsync(server, "/v1/datasets", "o-secret")).Content.ReadAsStringAsync());
        string hidden = await (await SendAsync(server, "/v1/datasets/d", "o-secret")).Content.ReadAsStringAsync();
        string absent = await (await SendAsync(server, "/v1/datasets/e", "o-secret")).Content.ReadAsStringAsync();
        Assert.Equal(absent.Replace(" e;", " d;", StringComparison.Ordinal).Replace("\"e\"", "\"d\"", StringComparison.Ordinal), hidden);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(server, "/metrics", "o-secret")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, "/metrics", "r-secret")).StatusCode);
    }

    [Fact]
    public async Task The_scope_is_told_and_a_reader_may_not_change_things()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, Keys);
        Assert.Contains("\"scope\":\"read\"", await (await SendAsync(server, "/v1/server", "r-secret")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("\"scope\":\"manage\"", await (await SendAsync(server, "/v1/server", "m-secret")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(server, "/v1/datasets/d", "r-secret", HttpMethod.Delete)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await SendAsync(server, "/v1/datasets", "m-secret", HttpMethod.Delete)).StatusCode);
    }

    [Theory]
    [InlineData("--Microtome:ApiKeys:0:Name=x", "Sha256")]
    [InlineData("--Microtome:Limits:MaxRows=0", "MaxRows")]
    [InlineData("--Microtome:Limits:MaxRow=5", "did you mean MaxRows")]
    [InlineData("--Microtome:DataRoot=x", "did you mean DataRoots")]
    [InlineData("--Microtome:DataRoots:0=/no/such/folder", "no folder")]
    [InlineData("--Microtome:Datasets:a b:x=f.npy", "name")]
    [InlineData("--Microtome:Datasets:a:x:File=f.bin", "Dtype")]
    [InlineData("--Microtome:AllowAnonymous=perhaps", "AllowAnonymous")]
    public async Task A_wrong_setting_stops_the_start_with_one_line(string argument, string named)
    {
        Microtome.Api.Settings.SettingsException error = await Assert.ThrowsAsync<Microtome.Api.Settings.SettingsException>(() => RunningServer.StartAsync(argument));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    internal static string[] Key(int number, string name, string key, string scope) =>
    [
        $"--Microtome:ApiKeys:{number}:Name={name}",
        $"--Microtome:ApiKeys:{number}:Sha256={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}",
        $"--Microtome:ApiKeys:{number}:Scope={scope}",
    ];

    private static async Task<HttpResponseMessage> SendAsync(RunningServer server, string path, string key, HttpMethod? method = null)
    {
        HttpRequestMessage request = new(method ?? HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", key);
        return await server.Client.SendAsync(request);
    }
}
