using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Datasets.Formats;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>Where the first data of an answer cannot be read, the answer says so, whatever stands before them in its format (contract, section 7).</summary>
public sealed class UnreadableDataTests
{
    [Theory]
    [InlineData("arrays/x?select=0:40&format=npy")]
    [InlineData("arrays/x?select=0:40&format=raw")]
    [InlineData("arrays/x?select=0:40&format=safetensors")]
    [InlineData("arrays/x?select=0:40&format=csv")]
    [InlineData("arrays/x?select=0:40&format=png")]
    [InlineData("rows?rows=3,1,2&format=npz")]
    [InlineData("rows?rows=3,1,2&format=json")]
    [InlineData("rows?rows=3,1,2&transform=x:cast(f4)")]
    [InlineData("epochs/0/batches/1?batch_size=8")]
    public async Task It_is_a_503_with_its_reason(string path)
    {
        using TemporaryFolder folder = new();
        SlowFormat.Write(folder.File("s.bin"), new byte[100 * SlowFormat.RowBytes]);
        SlowFormat format = new(mustDecode: false, holdsThread: false) { Fault = "A chunk is damaged." };
        format.LetGo();
        await using RunningServer server = await RunningServer.StartAsync(services => services.AddSingleton<IDatasetFormat>(format), ["--data", folder.Path]);
        HttpResponseMessage response = await server.Client.GetAsync("/v1/datasets/s/" + path);
        string body = await response.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith("{", body, StringComparison.Ordinal);
        Assert.Contains("A chunk is damaged.", body, StringComparison.Ordinal);
    }
}
