using System.Globalization;
using System.Net;

namespace Microtome.Api.Tests.Results;

/// <summary>HEAD, tags, 304, ranges, version pinning and caching, on every kind of answer that has them.</summary>
public sealed class ConditionTests : IAsyncLifetime
{
    private static readonly string[] Addresses =
    [
        "/v1/datasets/d/arrays/x?select=3:40,::2",
        "/v1/datasets/d/arrays/x?format=raw",
        "/v1/datasets/d/arrays/features?format=safetensors&select=::3",
        "/v1/datasets/d/rows?rows=4,1,1,400",
        "/v1/datasets/d/epochs/1/batches/2?batch_size=60&arrays=x,@rows",
        "/v1/datasets/d/epochs/1/order?stop=100",
    ];

    private readonly SampleData _data = new();
    private RunningServer _server = null!;

    public static TheoryData<string> Paths => [.. Addresses];

    public async ValueTask InitializeAsync() => _server = await RunningServer.ServeAsync(_data.Folder);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Head_says_what_get_would(string path)
    {
        HttpResponseMessage get = await _server.Client.GetAsync(path);
        HttpResponseMessage head = await _server.Client.SendAsync(new(HttpMethod.Head, path));
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Equal((await get.Content.ReadAsByteArrayAsync()).Length, get.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_known_tag_is_304_and_another_is_not(string path)
    {
        HttpResponseMessage get = await _server.Client.GetAsync(path);
        Assert.False(get.Headers.ETag!.IsWeak);
        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(path, ("If-None-Match", get.Headers.ETag.Tag))).StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(path, ("If-None-Match", "\"other\", W/" + get.Headers.ETag.Tag))).StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(path, ("If-None-Match", "*"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(path, ("If-None-Match", "\"other\""))).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_range_is_that_part_of_the_whole(string path)
    {
        HttpResponseMessage get = await _server.Client.GetAsync(path);
        byte[] whole = await get.Content.ReadAsByteArrayAsync();
        Assert.Equal("bytes", get.Headers.AcceptRanges.Single());
        Random random = new(5);
        for (int round = 0; round < 25; round++)
        {
            int from = random.Next(whole.Length);
            int to = random.Next(from, whole.Length + 10);
            HttpResponseMessage part = await SendAsync(path, ("Range", $"bytes={from}-{to}"));
            int end = Math.Min(to, whole.Length - 1);
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal($"bytes {from}-{end}/{whole.Length}", part.Content.Headers.ContentRange!.ToString());
            Assert.Equal(whole[from..(end + 1)], await part.Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(whole[^7..], await (await SendAsync(path, ("Range", "bytes=-7"))).Content.ReadAsByteArrayAsync());
        Assert.Equal(whole[5..], await (await SendAsync(path, ("Range", "bytes=5-"), ("If-Range", get.Headers.ETag!.Tag))).Content.ReadAsByteArrayAsync());
        foreach ((string, string)[] headers in ((string, string)[][])[[("Range", "bytes=0-1,4-5")], [("Range", "bytes=9-3")], [("Range", "lines=1-2")], [("Range", "bytes=1-2"), ("If-Range", "\"other\"")]])
        {
            HttpResponseMessage all = await SendAsync(path, headers);
            Assert.Equal(HttpStatusCode.OK, all.StatusCode);
            Assert.Equal(whole, await all.Content.ReadAsByteArrayAsync());
        }

        HttpResponseMessage beyond = await SendAsync(path, ("Range", $"bytes={whole.Length}-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal("bytes */" + whole.Length.ToString(CultureInfo.InvariantCulture), beyond.Content.Headers.ContentRange!.ToString());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_pinned_version_may_be_kept_for_ever_and_another_is_409(string path)
    {
        using System.Text.Json.JsonDocument detail = System.Text.Json.JsonDocument.Parse(await _server.Client.GetStringAsync("/v1/datasets/d"));
        string version = detail.RootElement.GetProperty("version").GetString()!;
        HttpResponseMessage free = await _server.Client.GetAsync(path);
        HttpResponseMessage pinned = await _server.Client.GetAsync($"{path}&version={version}");
        HttpResponseMessage stale = await _server.Client.GetAsync($"{path}&version=0000000000000000");
        Assert.Equal("no-cache", free.Headers.CacheControl!.ToString());
        Assert.Equal("public, max-age=31536000, immutable", string.Join(", ", pinned.Headers.GetValues("Cache-Control")));
        Assert.Equal(free.Headers.ETag, pinned.Headers.ETag);
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        Assert.Contains(version, await stale.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Different_answers_have_different_tags()
    {
        List<string> tags = [];
        foreach (string path in (string[])[.. Addresses, "/v1/datasets/d/arrays/x?select=3:40,::2&format=raw", "/v1/datasets/d/epochs/1/batches/3?batch_size=60&arrays=x,@rows", "/v1/datasets/d/epochs/2/batches/2?batch_size=60&arrays=x,@rows", "/v1/datasets/d/epochs/1/batches/2?batch_size=60&arrays=x,@rows&seed=1", "/v1/datasets/d/epochs/1/batches/2?batch_size=60&arrays=x,@rows&rank=1&world_size=2", "/v1/datasets/d/epochs/1/batches/2?batch_size=60&arrays=@rows,x"])
        {
            tags.Add((await _server.Client.GetAsync(path)).Headers.ETag!.Tag);
        }

        Assert.Equal(tags.Count, tags.Distinct().Count());
    }

    [Theory]
    [InlineData("application/x-npy", "application/x-npy")]
    [InlineData("application/octet-stream;q=0.2, application/json", "application/json")]
    [InlineData("*/*", "application/vnd.safetensors")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", "application/vnd.safetensors")]
    public async Task Accept_chooses_the_format_and_the_answer_says_so(string accept, string expected)
    {
        HttpResponseMessage response = await SendAsync("/v1/datasets/d/rows?rows=1&arrays=x", ("Accept", accept));
        Assert.Equal(expected, response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Accept", response.Headers.Vary);
        Assert.DoesNotContain("Accept", (await SendAsync("/v1/datasets/d/rows?rows=1&format=json")).Headers.Vary);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(HttpMethod.Get, path);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _server.Client.SendAsync(request);
    }
}
