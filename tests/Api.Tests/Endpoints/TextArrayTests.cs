using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Arrays of texts, of every kind that NumPy and h5py write: shown as JSON, and looked at by views.</summary>
public sealed class TextArrayTests
{
    private const string Script = """
        import sys, json, os
        import numpy as np, h5py
        folder = sys.argv[1]
        words = ['cat', 'dog', '', 'Zürich', '猫', '\U0001F600', 'O\'Neil', 'dog', 'cat', '\ufb00']
        a = np.array(words)
        b = np.array([w.encode() for w in words])
        os.mkdir(os.path.join(folder, 'n'))
        np.save(os.path.join(folder, 'n', 'x.npy'), np.arange(10, dtype='u1'))
        with h5py.File(os.path.join(folder, 't.h5'), 'w') as f:
            f['x'] = np.arange(10, dtype='u1')
            f.create_dataset('v', data=words, dtype=h5py.string_dtype())
            f['f'] = b.astype(h5py.string_dtype('utf-8', b.dtype.itemsize))
            f.create_dataset('g', data=np.array(words, dtype=object).reshape(10, 1), dtype=h5py.string_dtype(), chunks=(4, 1), compression='gzip')
            f.create_dataset('label', data=words, dtype=h5py.string_dtype())
            f.create_dataset('two', data=np.array(words, dtype=object).reshape(5, 2), dtype=h5py.string_dtype())
        np.save(os.path.join(folder, 'big.npy'), a.astype('>U%d' % (a.dtype.itemsize // 4)))
        np.save(os.path.join(folder, 'bytes.npy'), b)
        np.save(os.path.join(folder, 'many.npy'), np.array(words).reshape(5, 2))
        expected = {}
        for name, test in [("== 'cat'", a == 'cat'), ("!= 'cat'", a != 'cat'), ("< 'dog'", a < 'dog'), (">= '猫'", a >= '猫'),
                           ("in ('cat', '\U0001F600')", np.isin(a, ['cat', '\U0001F600'])), ("not in ['dog']", ~np.isin(a, ['dog'])),
                           ("== 'O''Neil'", a == 'O\'Neil'), ("== ''", a == '')]:
            expected[name] = np.flatnonzero(test).tolist()
        values, counts = np.unique(a, return_counts=True)
        print(json.dumps({'words': words, 'where': expected, 'classes': [[str(v), int(c)] for v, c in zip(values, counts)]}))
        """;

    /// <summary>Texts of as many bytes as are read, one more, and fewer, of variable length and of fixed.</summary>
    private const string LongTexts = """
        import sys, os, numpy as np, h5py
        with h5py.File(os.path.join(sys.argv[1], 'long.h5'), 'w') as f:
            f.create_dataset('text', data=['a' * n for n in ((16 << 20) + 1, 2_000_000, 3, 16 << 20, 2_000_000, 5)], dtype=h5py.string_dtype())
            f.create_dataset('wide', data=np.array([b'b' * 20_000_000] * 6))
        np.save(os.path.join(sys.argv[1], 'fixed.npy'), np.array([b'%d' % i * 60_000 for i in range(10)]))
        """;

    [Fact]
    public async Task They_are_shown_looked_at_and_counted()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        JsonElement expected = JsonDocument.Parse(Python.Run(Script, folder.Path)).RootElement;
        string[] words = [.. expected.GetProperty("words").EnumerateArray().Select(word => word.GetString()!)];
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        foreach ((string dataset, string array) in ((string, string)[])[("t", "v"), ("t", "f"), ("big", "data"), ("bytes", "data")])
        {
            Assert.Equal(words, await TextsAsync(server, $"{dataset}/arrays/{array}?format=json"));
            Assert.Equal(words, await TextsAsync(server, $"{dataset}/arrays/{array}"));
            Assert.Equal(words[2..9], await TextsAsync(server, $"{dataset}/arrays/{array}?format=json&select=2:9"));
            Assert.Equal([words[9], words[0], words[0]], await TextsAsync(server, $"{dataset}/arrays/{array}?select=(9,0,0)"));
            Assert.Equal(HttpStatusCode.NotAcceptable, (await server.Client.GetAsync($"/v1/datasets/{dataset}/arrays/{array}?format=npy")).StatusCode);
        }

        Assert.Equal(words.Chunk(2).Select(pair => pair[1]), await TextsAsync(server, "t/arrays/two?select=:,1"));
        Assert.Equal(words.Chunk(2).Select(pair => pair[0]), await TextsAsync(server, "many/arrays/data?select=:,0"));
        using (JsonDocument nested = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/many/arrays/data")))
        {
            Assert.Equal(words.Chunk(2), nested.RootElement.EnumerateArray().Select(row => row.EnumerateArray().Select(text => text.GetString()!).ToArray()));
        }

        foreach (string array in (string[])["v", "f", "g"])
        {
            foreach (JsonProperty test in expected.GetProperty("where").EnumerateObject())
            {
                string view = Uri.EscapeDataString($"where({array} {test.Name})");
                long[] rows = MemoryMarshal.Cast<byte, long>(NpyFile.Data(await server.Client.GetByteArrayAsync($"/v1/datasets/t/views/{view}/rows"))).ToArray();
                Assert.Equal(test.Value.EnumerateArray().Select(row => row.GetInt64()), rows);
            }

            using JsonDocument counted = JsonDocument.Parse(await server.Client.GetStringAsync($"/v1/datasets/t/views?expression=all&by={array}"));
            Assert.Equal(
                expected.GetProperty("classes").EnumerateArray().Select(pair => $"{pair[0]}:{pair[1]}"),
                counted.RootElement.GetProperty("classes").EnumerateArray().Select(one => $"{one.GetProperty("value")}:{one.GetProperty("rows")}"));
            using JsonDocument unique = JsonDocument.Parse(await server.Client.GetStringAsync($"/v1/datasets/t/views?expression={Uri.EscapeDataString($"unique({array})")}"));
            Assert.Equal(8, unique.RootElement.GetProperty("rows").GetInt64());
        }
    }

    [Fact]
    public async Task They_are_gathered_and_batched_as_json_beside_numbers()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        JsonElement expected = JsonDocument.Parse(Python.Run(Script, folder.Path)).RootElement;
        string[] words = [.. expected.GetProperty("words").EnumerateArray().Select(word => word.GetString()!)];
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        foreach (string array in (string[])["v", "f"])
        {
            foreach (string path in (string[])[$"rows?rows=9,0,0,-6&arrays=x,{array}", $"epochs/0/batches/1?batch_size=4&order=sequential&arrays=x,{array},@rows", $"epochs/3/batches/1?batch_size=4&seed=7&arrays={array},@rows"])
            {
                using JsonDocument batch = JsonDocument.Parse(await server.Client.GetStringAsync($"/v1/datasets/t/{path}&format=json"));
                long[] rows = path[0] == 'r' ? [9, 0, 0, 4] : [.. batch.RootElement.GetProperty("@rows").EnumerateArray().Select(row => row.GetInt64())];
                Assert.Equal(rows.Select(row => words[row]), batch.RootElement.GetProperty(array).EnumerateArray().Select(text => text.GetString()!));
            }
        }

        using JsonDocument column = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/t/rows?rows=3,4&arrays=g&format=json"));
        Assert.Equal("""[["Zürich"],["猫"]]""", column.RootElement.GetProperty("g").GetRawText());
        using JsonDocument chosen = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/t/rows?rows=3,4&arrays=g&select=g:0&format=json"));
        Assert.Equal("""["Zürich","猫"]""", chosen.RootElement.GetProperty("g").GetRawText());

        // Asked for by name alone: every answer without a name is of numbers, as before.
        using JsonDocument all = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/t/rows?rows=3&format=json"));
        Assert.Equal(["x"], all.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/v1/datasets/t/epochs/0/batches/0?batch_size=2")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/v1/datasets/t/rows?rows=1&arrays=v&format=json")).StatusCode);
        foreach (string path in (string[])["rows?rows=1&arrays=v", "rows?rows=1&arrays=v&format=npy", "epochs/0/batches/0?batch_size=2&arrays=v", "epochs/0/stream?batch_size=2&arrays=v", "epochs/0/plan?batch_size=2&arrays=v", "rows?rows=1&arrays=v&format=json&transform=v:cast(f4)"])
        {
            HttpResponseMessage refused = await server.Client.GetAsync($"/v1/datasets/t/{path}");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains("texts", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Comma_separated_they_are_what_a_reader_reads()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        Python.Run("import sys, os, numpy as np; np.save(os.path.join(sys.argv[1], 't.npy'), np.array([['a,b', 'say \"so\"'], ['', 'two\\nlines'], ['猫', 'plain ']]))", folder.Path);
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        Assert.Equal("\"a,b\",\"say \"\"so\"\"\"\n\"\",\"two\nlines\"\n猫,plain \n", await server.Client.GetStringAsync("/v1/datasets/t/arrays/data?format=csv"));
    }

    [Fact]
    public async Task Longer_ones_than_an_answer_may_hold_are_refused_before_it_begins()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        Python.Run("import sys, os, numpy as np; np.save(os.path.join(sys.argv[1], 't.npy'), np.array([b'x' * 60000] * 30))", folder.Path);
        await using RunningServer server = await RunningServer.StartAsync("--data", folder.Path, "--Microtome:Limits:MaxResponseBytes=1048576");
        Assert.Equal(60_002, (await server.Client.GetStringAsync("/v1/datasets/t/arrays/data?select=1")).Length);
        HttpResponseMessage refused = await server.Client.GetAsync("/v1/datasets/t/arrays/data");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Contains("\"limit\":1048576", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\\x01", "json")] // \u0001: six bytes for one
    [InlineData("\"", "json")]
    [InlineData("\"", "csv")]
    public async Task What_must_be_escaped_counts_as_it_is_written(string character, string format)
    {
        Python.Require("numpy");
        using TemporaryFolder folder = new();
        Python.Run($"import sys, os, numpy as np; np.save(os.path.join(sys.argv[1], 't.npy'), np.array([b'{character}' * 60000] * 10))", folder.Path);
        await using RunningServer server = await RunningServer.StartAsync("--data", folder.Path, "--Microtome:Limits:MaxResponseBytes=1048576");
        HttpResponseMessage few = await server.Client.GetAsync($"/v1/datasets/t/arrays/data?select=:2&format={format}");
        Assert.Equal(HttpStatusCode.OK, few.StatusCode);
        Assert.InRange((await few.Content.ReadAsByteArrayAsync()).Length, 240_000, 1 << 20);
        HttpResponseMessage refused = await server.Client.GetAsync($"/v1/datasets/t/arrays/data?format={format}");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    [Fact]
    public async Task Long_ones_are_read_few_at_a_time_and_huge_ones_not_at_all()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        Python.Run(LongTexts, folder.Path);
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        using JsonDocument some = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/long/arrays/text?select=1:"));
        Assert.Equal([2_000_000, 3, 16 << 20, 2_000_000, 5], some.RootElement.EnumerateArray().Select(text => text.GetString()!.Length));
        using JsonDocument fixedLength = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/fixed/arrays/data"));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => new string((char)('0' + i), 60_000)), fixedLength.RootElement.EnumerateArray().Select(text => text.GetString()!));
        foreach (string path in (string[])["arrays/text", "arrays/wide", "views/where(text%20==%20'z')", "epochs/0/batches/0?batch_size=2&arrays=text&format=json&order=sequential"])
        {
            HttpResponseMessage refused = await server.Client.GetAsync($"/v1/datasets/long/{path}");
            Assert.True(refused.StatusCode == HttpStatusCode.RequestEntityTooLarge, path);
            Assert.Contains("\"limit\":16777216", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Labels_may_be_texts()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        JsonElement expected = JsonDocument.Parse(Python.Run(Script, folder.Path)).RootElement;
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        using JsonDocument detail = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/t"));
        Assert.Equal("label", detail.RootElement.GetProperty("labels").GetProperty("array").GetString());
        using JsonDocument view = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/t/views/all"));
        Assert.Equal(
            expected.GetProperty("classes").EnumerateArray().Select(pair => $"{pair[0]}:{pair[1]}"),
            view.RootElement.GetProperty("classes").EnumerateArray().Select(one => $"{one.GetProperty("value")}:{one.GetProperty("rows")}"));
    }

    private static async Task<string[]> TextsAsync(RunningServer server, string path)
    {
        using JsonDocument texts = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/" + path));
        return [.. texts.RootElement.EnumerateArray().Select(text => text.GetString()!)];
    }
}
