using System.Net;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Catalogue;

/// <summary>Files that change while they are served: a complete body is never of mixed content, and the process lives on.</summary>
public sealed class ChangeTests
{
    private const int Rows = 4000;
    private const int RowBytes = 2048;

    private enum Way
    {
        Rename,
        Rewrite,
        Truncate,
        Remove,
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Replaced_by_rename(bool zeroCopy) => ServeWhileAsync(Way.Rename, zeroCopy);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Rewritten_in_place(bool zeroCopy) => ServeWhileAsync(Way.Rewrite, zeroCopy);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Truncated_and_written_again(bool zeroCopy) => ServeWhileAsync(Way.Truncate, zeroCopy);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Removed_and_made_anew(bool zeroCopy) => ServeWhileAsync(Way.Remove, zeroCopy);

    [Fact]
    public async Task New_replaced_and_removed_files_are_noticed_within_two_seconds()
    {
        using TemporaryFolder folder = new();
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        Assert.Equal("{\"datasets\":[]}", await server.Client.GetStringAsync("/v1/datasets"));
        await File.WriteAllBytesAsync(folder.File("a.npy"), NpyFile.Make("|u1", "(3,)", [1, 2, 3]));
        await UntilAsync(async () => (await server.Client.GetAsync("/v1/datasets/a/arrays/data?format=raw")).StatusCode == HttpStatusCode.OK);
        await File.WriteAllBytesAsync(folder.File("b.tmp"), NpyFile.Make("|u1", "(3,)", [7, 8, 9]));
        File.Move(folder.File("b.tmp"), folder.File("a.npy"), overwrite: true);
        await UntilAsync(async () => (await server.Client.GetByteArrayAsync("/v1/datasets/a/arrays/data?format=raw")).SequenceEqual((byte[])[7, 8, 9]));
        File.Delete(folder.File("a.npy"));
        await UntilAsync(async () => (await server.Client.GetAsync("/v1/datasets/a")).StatusCode == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Answers_without_a_body_do_not_speak_of_content_that_is_gone()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder.File("a.npy"), NpyFile.Make("|u1", "(3,)", [0, 0, 0]));
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        const string path = "/v1/datasets/a/arrays/data?format=raw";
        for (byte round = 1; round < 6; round++)
        {
            string? tag = null;
            await UntilAsync(async () => (tag = (await server.Client.GetAsync(path)).Headers.ETag?.Tag) is not null);
            await using (FileStream file = new(folder.File("a.npy"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                await file.WriteAsync(NpyFile.Make("|u1", "(3,)", [round, round, round]));
            }

            HttpRequestMessage known = new(HttpMethod.Get, path);
            known.Headers.TryAddWithoutValidation("If-None-Match", tag);
            Assert.NotEqual(HttpStatusCode.NotModified, (await server.Client.SendAsync(known)).StatusCode);
            HttpResponseMessage head = await server.Client.SendAsync(new(HttpMethod.Head, path));
            Assert.NotEqual(tag, head.Headers.ETag?.Tag);
            await UntilAsync(async () => (await server.Client.GetAsync(path)).StatusCode == HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_running_answer_finishes_on_the_old_file_after_a_rename()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder.File("a.npy"), Content(1));
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        using HttpResponseMessage response = await server.Client.GetAsync("/v1/datasets/a/arrays/data?format=raw", HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] start = new byte[1000];
        await body.ReadExactlyAsync(start);
        await File.WriteAllBytesAsync(folder.File("b.tmp"), Content(2));
        File.Move(folder.File("b.tmp"), folder.File("a.npy"), overwrite: true);
        await UntilAsync(async () => (await server.Client.GetByteArrayAsync("/v1/datasets/a/arrays/data?format=raw&select=0"))[0] == 2);
        using MemoryStream rest = new();
        await body.CopyToAsync(rest);
        Assert.Equal((Rows * RowBytes) - 1000, rest.Length);
        Assert.All(rest.ToArray(), value => Assert.Equal(1, value));
    }

    /// <summary>Readers gather and stream all the time while the file's content changes from all ones to all twos and so on.</summary>
    private static async Task ServeWhileAsync(Way way, bool zeroCopy)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.npy");
        await File.WriteAllBytesAsync(path, Content(1));
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path, $"--Microtome:ZeroCopy={zeroCopy}");
        using CancellationTokenSource done = new();
        int whole = 0;
        string gather = "/v1/datasets/a/rows?format=raw&rows=" + string.Join(",", Enumerable.Range(0, 200).Select(i => i * 19));
        Task[] readers =
        [
            .. Enumerable.Range(0, 3).Select(_ => ReadAsync(gather, 0)),
            ReadAsync("/v1/datasets/a/epochs/0/stream?batch_size=500", 24),
        ];
        for (byte round = 2; round < 8; round++)
        {
            await Task.Delay(300);
            await ChangeAsync(way, path, Content(round));
        }

        await UntilAsync(async () => (await server.Client.GetAsync("/v1/datasets/a/arrays/data?format=raw&select=0")) is { StatusCode: HttpStatusCode.OK } response && (await response.Content.ReadAsByteArrayAsync())[0] == 7);
        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.True(whole > 10, $"only {whole} whole answers");

        async Task ReadAsync(string address, int frameHeader)
        {
            using HttpClient client = new() { BaseAddress = server.Address };
            while (!done.IsCancellationRequested)
            {
                try
                {
                    HttpResponseMessage response = await client.GetAsync(address);
                    if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.NotFound)
                    {
                        continue;
                    }

                    Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                    byte[] body = await response.Content.ReadAsByteArrayAsync();
                    IEnumerable<byte[]> parts = frameHeader == 0
                        ? [body]
                        : Frame.ReadAll(body).Where(frame => frame.Kind == 2).Select(frame => Safetensors.Read(frame.Payload)["data"].Data);
                    foreach (byte[] part in parts)
                    {
                        Assert.InRange(part[0], 1, 7);
                        Assert.True(part.AsSpan().IndexOfAnyExcept(part[0]) < 0, "mixed content");
                    }

                    Interlocked.Increment(ref whole);
                }
                catch (HttpRequestException)
                {
                    // Aborted: no whole body, and so no mixed one.
                }
            }
        }
    }

    private static async Task ChangeAsync(Way way, string path, byte[] content)
    {
        switch (way)
        {
            case Way.Rename:
                await File.WriteAllBytesAsync(path + ".tmp", content);
                File.Move(path + ".tmp", path, overwrite: true);
                break;
            case Way.Rewrite:
                await using (FileStream stream = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    for (int at = 0; at < content.Length; at += 1 << 20)
                    {
                        await stream.WriteAsync(content.AsMemory(at, Math.Min(1 << 20, content.Length - at)));
                        await stream.FlushAsync();
                        await Task.Delay(5);
                    }
                }

                break;
            case Way.Remove:
                File.Delete(path);
                await Task.Delay(700); // So that a look at the folder finds it gone.
                goto case Way.Rename;
            case Way.Truncate:
                await using (FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
                {
                    await Task.Delay(30);
                    await stream.WriteAsync(content);
                }

                break;
        }
    }

    private static byte[] Content(byte value)
    {
        byte[] data = new byte[Rows * RowBytes];
        data.AsSpan().Fill(value);
        return NpyFile.Make("|u1", $"({Rows}, {RowBytes})", data);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(30);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, "the change was not noticed");
            await Task.Delay(50);
        }
    }
}
