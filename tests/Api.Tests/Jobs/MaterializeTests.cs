using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Jobs;

/// <summary>A materialized dataset is what NumPy makes of the same rows, it stays, and it can be removed.</summary>
public sealed class MaterializeTests
{
    [Theory]
    [InlineData("all", "", "x[:]")]
    [InlineData("slice(10:400:3)", "cast(f4)|div(255)", "x[10:400:3].astype('f4') / np.float32(255)")]
    [InlineData("where(y in (2, 5))", "", "x[np.isin(y, (2, 5))]")]
    [InlineData("slice(7:7)", "cast(i2)", "x[7:7].astype('i2')")]
    public async Task The_files_are_what_numpy_makes_of_the_same_rows(string view, string transform, string numpy)
    {
        Python.Require("numpy");
        using SampleData data = new();
        using TemporaryFolder state = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, $"--Microtome:StateDirectory={state.Path}");
        Dictionary<string, string> transforms = transform.Length > 0 ? new() { ["x"] = transform } : [];
        JsonElement job = await server.Client.RunAsync(new { kind = "materialize", dataset = "d", view, name = "made", arrays = (string[])["x", "y"], transform = transforms });
        Assert.Equal("/v1/datasets/made", job.GetProperty("links").Text("result"));
        Assert.Equal(job.GetProperty("total").GetInt64(), job.GetProperty("done").GetInt64());
        string made = Path.Combine(state.Path, "materialized", "made");
        string rows = numpy[1..].Split(']', 2)[0] + "]";
        string said = Python.Run(
            "import sys, numpy as np\n"
            + $"x, y = np.load('{data.Folder}/d_x.npy'), np.load('{data.Folder}/d_y.npy')\n"
            + $"a, b = np.load('{made}/x.npy'), np.load('{made}/y.npy')\n"
            + $"want = {numpy}; rows = y{(numpy.Contains("isin", StringComparison.Ordinal) ? "[np.isin(y, (2, 5))]" : rows)}\n"
            + "print(a.dtype == want.dtype and a.shape == want.shape and a.tobytes() == want.tobytes() and b.dtype == y.dtype and b.tobytes() == rows.tobytes())");
        Assert.Equal("True", said.Trim());
        byte[] served = await server.Client.GetByteArrayAsync("/v1/datasets/made/arrays/x?format=npy");
        Assert.Equal(NpyFile.Data(File.ReadAllBytes(Path.Combine(made, "x.npy"))), NpyFile.Data(served));
    }

    [Fact]
    public async Task Labels_and_their_names_come_along_and_the_dataset_survives_a_restart_until_it_is_removed()
    {
        using SampleData data = new();
        using TemporaryFolder state = new();
        string[] arguments =
        [
            $"--Microtome:StateDirectory={state.Path}", $"--Microtome:Datasets:named:pixels={data.Folder}/d_x.npy", $"--Microtome:Datasets:named:kind={data.Folder}/d_y.npy",
            "--Microtome:Datasets:named:Labels:Array=kind", "--Microtome:Datasets:named:Labels:Names=a;b;c",
        ];
        string detail;
        await using (RunningServer server = await RunningServer.StartAsync(arguments))
        {
            await server.Client.RunAsync(new { kind = "materialize", dataset = "named", name = "copy" });
            detail = await server.Client.GetStringAsync("/v1/datasets/copy");
        }

        await using RunningServer again = await RunningServer.StartAsync(arguments);
        Assert.Equal(detail, await again.Client.GetStringAsync("/v1/datasets/copy"));
        JsonElement labels = JsonDocument.Parse(detail).RootElement.GetProperty("labels");
        Assert.Equal(("kind", 3), (labels.Text("array"), labels.GetProperty("names").GetArrayLength()));
        Assert.DoesNotContain(state.Path, detail, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await again.Client.DeleteAsync("/v1/datasets/named")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await again.Client.DeleteAsync("/v1/datasets/copy")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await again.Client.GetAsync("/v1/datasets/copy")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await again.Client.DeleteAsync("/v1/datasets/copy")).StatusCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(state.Path, "materialized")));
        await again.Client.RunAsync(new { kind = "materialize", dataset = "named", name = "copy" });
    }

    [Fact]
    public async Task A_name_is_given_once_whoever_asks_at_the_same_time()
    {
        using SampleData data = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, $"--Microtome:Datasets:absent:x={data.Folder}/none.npy");
        foreach (string taken in (string[])["d", "absent"])
        {
            (HttpStatusCode status, string code, _) = await server.Client.RefuseAsync(new { kind = "materialize", dataset = "d", name = taken });
            Assert.Equal((HttpStatusCode.Conflict, "name_taken"), (status, code));
        }

        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.Client.PostAsJsonAsync("/v1/jobs", new { kind = "materialize", dataset = "d", name = "one" })));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        await server.Client.EndAsync(await answers.Single(answer => answer.IsSuccessStatusCode).Content.ReadFromJsonAsync<JsonElement>());
        Assert.Equal("name_taken", (await server.Client.RefuseAsync(new { kind = "materialize", dataset = "d", name = "one" })).Code);

        // A file that would be discovered under the name stands behind what was made.
        File.Copy(Path.Combine(data.Folder, "d_x.npy"), Path.Combine(data.Folder, "one.npy"));
        await server.Catalogue.ScanAsync(CancellationToken.None);
        string datasets = await server.Client.GetStringAsync("/v1/datasets");
        Assert.Contains("\"one\"", datasets, StringComparison.Ordinal);
        Assert.Contains("\"one.npy\"", datasets, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_no_room_is_refused_and_leaves_nothing()
    {
        using SampleData data = new();
        using TemporaryFolder state = new();
        await using RunningServer server = await RunningServer.ServeAsync(data.Folder, $"--Microtome:StateDirectory={state.Path}", "--Microtome:Limits:StateBytes=20000");
        (HttpStatusCode status, string code, JsonElement problem) = await server.Client.RefuseAsync(new { kind = "materialize", dataset = "d", name = "big", transform = new { x = "cast(f8)" } });
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "too_large"), (status, code));
        Assert.Equal(20000, problem.GetProperty("limit").GetInt64());
        await server.Client.RunAsync(new { kind = "materialize", dataset = "d", name = "fits", view = "slice(0:300)" });
        Assert.Equal((HttpStatusCode.InsufficientStorage, "disk_full"), ((await server.Client.RefuseAsync(new { kind = "materialize", dataset = "d", name = "second", view = "slice(0:300)" })) is var full ? (full.Status, full.Code) : default));
        await server.Client.DeleteAsync("/v1/datasets/fits");
        await server.Client.RunAsync(new { kind = "materialize", dataset = "d", name = "second", view = "slice(0:300)" });
    }
}
