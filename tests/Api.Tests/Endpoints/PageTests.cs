using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>The page's files as they travel; what they do in a browser is tested in Page.Tests.</summary>
public sealed partial class PageTests
{
    /// <summary>Of all files but the fonts, compressed.</summary>
    private const int MostBytes = 40_000;

    [Fact]
    public async Task All_files_are_there_in_both_codings_and_together_they_are_small()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string index = await server.Client.GetStringAsync("/");
        string[] files = [.. Addresses().Matches(index).Select(match => match.Groups[1].Value).Distinct()];
        Assert.Contains(files, file => file.EndsWith("app.js", StringComparison.Ordinal));
        Assert.True(files.Length > 8);
        long compressed = 0;
        foreach (string file in files.Prepend(""))
        {
            byte[] plain = await ReadAsync(server, file, "identity", coding: null);
            byte[] sent = await ReadAsync(server, file, "gzip, br", file.EndsWith(".woff2", StringComparison.Ordinal) ? null : "br");
            if (file.EndsWith(".woff2", StringComparison.Ordinal))
            {
                Assert.Equal(plain, sent);
                continue;
            }

            compressed += sent.Length;
            using BrotliStream brotli = new(new MemoryStream(sent), CompressionMode.Decompress);
            using MemoryStream decoded = new();
            await brotli.CopyToAsync(decoded);
            Assert.Equal(plain, decoded.ToArray());
        }

        Assert.InRange(compressed, 1000, MostBytes);
    }

    [Fact]
    public async Task Every_module_and_font_that_a_file_names_is_there()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string index = await server.Client.GetStringAsync("/");
        string[] files = [.. Addresses().Matches(index).Select(match => match.Groups[1].Value).Distinct()];
        foreach (string file in files.Where(file => file.EndsWith(".js", StringComparison.Ordinal) || file.EndsWith(".css", StringComparison.Ordinal)))
        {
            string text = await server.Client.GetStringAsync("/" + file);
            foreach (Match named in Named().Matches(text))
            {
                string other = new Uri(new Uri(server.Address, file), named.Groups[1].Value + named.Groups[2].Value).AbsolutePath;
                Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync(other)).StatusCode);
                if (other.EndsWith(".js", StringComparison.Ordinal))
                {
                    Assert.Contains(other[1..], files); // Else it would be found late, one request after the other.
                }
            }
        }
    }

    [Fact]
    public async Task The_document_is_asked_about_again_and_what_it_names_is_kept()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        HttpResponseMessage index = await server.Client.GetAsync("/");
        Assert.Equal("no-cache", index.Headers.CacheControl!.ToString());
        Assert.Contains("Accept-Encoding", index.Headers.Vary);
        string script = Addresses().Matches(await index.Content.ReadAsStringAsync()).Select(match => match.Groups[1].Value).First(file => file.EndsWith("app.js", StringComparison.Ordinal));
        HttpResponseMessage file = await server.Client.GetAsync("/" + script);
        Assert.Equal("public, max-age=31536000, immutable", file.Headers.CacheControl!.ToString());
        Assert.Equal("text/javascript; charset=utf-8", file.Content.Headers.ContentType!.ToString());
        foreach ((string address, HttpResponseMessage answer) in (ReadOnlySpan<(string, HttpResponseMessage)>)[("/", index), ("/" + script, file)])
        {
            Assert.False(answer.Headers.ETag!.IsWeak);
        }

        HttpRequestMessage again = new(HttpMethod.Get, "/");
        again.Headers.IfNoneMatch.Add(index.Headers.ETag!);
        HttpResponseMessage unchanged = await server.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal("no-cache", unchanged.Headers.CacheControl!.ToString());
        HttpRequestMessage compressed = new(HttpMethod.Head, "/");
        compressed.Headers.AcceptEncoding.ParseAdd("br");
        HttpResponseMessage head = await server.Client.SendAsync(compressed);
        Assert.NotEqual(index.Headers.ETag, head.Headers.ETag);
        Assert.True(head.Content.Headers.ContentLength > 0);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/page/0000000000000000/app.js")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.Client.PostAsync("/", null)).StatusCode);
    }

    [Fact]
    public async Task Nothing_inline_and_nothing_foreign_may_run()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        HttpResponseMessage index = await server.Client.GetAsync("/");
        string policy = index.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", index.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData(false, "none")]
    [InlineData(true, "asked")]
    public async Task It_needs_no_key_and_knows_whether_one_will_be_asked_for(bool hasKeys, string said)
    {
        string[] keys = hasKeys ? ["--Microtome:ApiKeys:0:Name=a", $"--Microtome:ApiKeys:0:Sha256={new string('a', 64)}"] : [];
        await using RunningServer server = await RunningServer.StartAsync(keys);
        string index = await server.Client.GetStringAsync("/");
        Assert.Contains($"data-keys=\"{said}\"", index, StringComparison.Ordinal);
        foreach (Match file in Addresses().Matches(index))
        {
            Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/" + file.Groups[1].Value)).StatusCode);
        }
    }

    private static async Task<byte[]> ReadAsync(RunningServer server, string file, string accept, string? coding)
    {
        HttpRequestMessage request = new(HttpMethod.Get, "/" + file);
        request.Headers.AcceptEncoding.ParseAdd(accept);
        HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(coding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        Assert.NotEmpty(body);
        return body;
    }

    [GeneratedRegex("(?:href|src)=\"(page/[^\"]+)\"")]
    private static partial Regex Addresses();

    [GeneratedRegex(@"from '(\./[\w.]+)'|url\(([\w./]+)\)")]
    private static partial Regex Named();
}
