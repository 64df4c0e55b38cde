using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Jobs;

/// <summary>A view that needs a profile names the job; posted as it stands, it makes the view possible.</summary>
public sealed class NeededProfileTests
{
    private const string Script = """
        import sys, json, os
        import numpy as np
        x = np.random.default_rng(3).integers(0, 2, (200, 2, 4)).astype('u1')
        np.save(os.path.join(sys.argv[1], 'd.npy'), x)
        first = np.sort(np.unique(x.reshape(200, -1), axis=0, return_index=True)[1])
        mean = x.reshape(200, -1).mean(axis=1, dtype='f8')
        print(json.dumps({'where(data.mean > 0.5)': np.flatnonzero(mean > 0.5).tolist(), 'unique(data)': first.tolist()}))
        """;

    [Theory]
    [InlineData("where(data.mean > 0.5)")]
    [InlineData("unique(data)")]
    public async Task The_job_is_posted_as_it_stands_and_the_request_repeated(string view)
    {
        Python.Require("numpy");
        using TemporaryFolder folder = new();
        JsonElement expected = JsonDocument.Parse(Python.Run(Script, folder.Path)).RootElement;
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        string path = $"/v1/datasets/d/views/{Uri.EscapeDataString(view)}/rows?format=json";
        HttpResponseMessage refused = await server.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        JsonElement problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("needs_profile", problem.Text("code"));
        await server.Client.RunAsync(problem.GetProperty("job"));
        Assert.Equal(expected.GetProperty(view).EnumerateArray().Select(row => row.GetInt64()), (await server.Client.GetFromJsonAsync<long[]>(path))!);
    }
}
