using System.Net;
using System.Text.Json;
using Microtome.Api.Hosting;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Hosting;

/// <summary>The server listens before it has looked through its folders: who asks then is told to come again, not that there is nothing.</summary>
public sealed class FirstScanTests
{
    [Fact]
    public async Task Before_the_first_scan_has_ended_a_dataset_is_unavailable_and_not_unknown()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllBytesAsync(folder.File("d.npy"), NpyFile.Make("|u1", "(2,)", [1, 2]));
        await using RunningServer server = await RunningServer.ListenAsync(
            services => services.Remove(services.Single(service => service.ImplementationType == typeof(CatalogueService))), ["--data", folder.Path]);

        using HttpResponseMessage early = await server.Client.GetAsync("/v1/datasets/d");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)), (early.StatusCode, early.Headers.RetryAfter!.Delta));
        using JsonDocument problem = JsonDocument.Parse(await early.Content.ReadAsStringAsync());
        Assert.Equal("unavailable", problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Client.GetAsync("/healthz/ready")).StatusCode);

        await server.Catalogue.ScanAsync(CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/v1/datasets/d")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/v1/datasets/none")).StatusCode);
    }
}
