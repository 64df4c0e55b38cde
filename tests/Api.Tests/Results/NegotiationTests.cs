using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microtome.Api.Results;
using Microtome.Datasets.Sampling;

namespace Microtome.Api.Tests.Results;

/// <summary>Formats by <c>Accept</c>, and the headers that carry what a client said: links and file names.</summary>
public sealed class NegotiationTests : IAsyncLifetime
{
    private readonly SampleData _data = new(20);
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.ServeAsync(_data.Folder);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData("application/json;charset=utf-8", "application/json")]
    [InlineData("APPLICATION/X-NPY;v=1", "application/x-npy")]
    [InlineData("image/avif,image/webp,image/*,*/*;q=0.8", "image/png")]
    [InlineData("text/html,application/xhtml+xml,image/avif,*/*;q=0.8", "application/x-npy")]
    [InlineData("application/*;q=0.5, application/x-npy;q=0.1", "application/octet-stream")]
    [InlineData("application/x-npy;q=0, */*", "application/octet-stream")]
    [InlineData("*/*, application/json", "application/json")]
    [InlineData("application/json;q=0.4, image/png;q=0.9, application/vnd.safetensors;q=0.9", "image/png")]
    [InlineData("application/json, text/javascript, */*; q=0.01", "application/json")]
    [InlineData("none", "application/x-npy")]
    [InlineData("text/plain", null)]
    [InlineData("*/*;q=0", null)]
    [InlineData("text/csv", null)]
    public async Task The_most_wanted_format_answers(string accept, string? expected) =>
        Assert.Equal(expected, await NegotiateAsync("/v1/datasets/d/arrays/x", accept));

    [Theory]
    [InlineData("*/*", "application/vnd.microtome.frames")]
    [InlineData("application/vnd.microtome.frames", "application/vnd.microtome.frames")]
    [InlineData("application/vnd.microtome.frames;q=0.1, application/x-npy", "application/x-npy")]
    [InlineData("application/*", "application/vnd.microtome.frames")]
    [InlineData("application/vnd.safetensors", null)]
    [InlineData("application/json", null)]
    public async Task A_stream_is_frames_or_npy(string accept, string? expected) =>
        Assert.Equal(expected, await NegotiateAsync("/v1/datasets/d/epochs/0/stream?batch_size=9&arrays=y", accept));

    [Fact]
    public async Task A_stream_says_its_order_and_steps_in_headers_too()
    {
        HttpResponseMessage response = await _server.Client.GetAsync("/v1/datasets/d/epochs/0/stream?batch_size=9&arrays=y&format=npy");
        Assert.Equal(("2", "perm.v1"), (response.Headers.GetValues("X-Epoch-Steps").Single(), response.Headers.GetValues("X-Order").Single()));
    }

    [Theory]
    [InlineData("?batch_size=4&select=x:0:2,0:2&select=y:&arrays=%22x%22,y&_x=1&_x=2&seed=18446744073709551615&version=")]
    [InlineData("?batch_size=4&%6Frder=sequential&view=all")]
    [InlineData("?order=shuffle&_a=where(y>1)|\"b\\c\"{d}^`<&batch_size=4")]
    [InlineData("?&batch_size=4&&_")]
    public void A_link_keeps_every_parameter_and_is_an_address(string query)
    {
        DefaultHttpContext http = new();
        http.Request.QueryString = new(query);
        string link = NextLink.Of(http.Request, 7, Order.Shuffle);
        Assert.Matches("^<7\\?[^<>\"\\\\^`{|} ]*>; rel=\"next\"$", link);
        var expected = QueryHelpers.ParseQuery(query);
        expected["order"] = "perm.v1";
        Assert.Equal(expected.OrderBy(pair => pair.Key), QueryHelpers.ParseQuery(link[2..link.IndexOf('>', StringComparison.Ordinal)]).OrderBy(pair => pair.Key));
    }

    [Theory]
    [InlineData("d-x", "inline; filename=\"d-x.npy\"")]
    [InlineData("größe \"q\"\r\n", "inline; filename=\"gr__e _q___.npy\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%22q%22%0D%0A.npy")]
    [InlineData("a;b", "inline; filename=\"a_b.npy\"; filename*=UTF-8''a%3Bb.npy")]
    public void Any_name_makes_a_header(string stem, string expected) => Assert.Equal(expected, Disposition.Of(isDownload: false, stem, "npy"));

    private async Task<string?> NegotiateAsync(string path, string accept)
    {
        HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        HttpResponseMessage response = await _server.Client.SendAsync(request);
        if (response.StatusCode == HttpStatusCode.NotAcceptable)
        {
            return null;
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Accept", response.Headers.Vary);
        return response.Content.Headers.ContentType!.MediaType;
    }
}
