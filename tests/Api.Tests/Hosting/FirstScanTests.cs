using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Api.Hosting;
using Microtome.Datasets.Catalogue;
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
        using TemporaryFolder state = new();
        string[] arguments = ["--data", folder.Path, $"--Microtome:StateDirectory={state.Path}", "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=None"];
        await using WebApplication app = MicrotomeApp.Build(arguments, services => services.Remove(services.Single(service => service.ImplementationType == typeof(CatalogueService))));
        await app.StartAsync();
        using HttpClient client = new() { BaseAddress = new(app.Urls.First()) };

        using HttpResponseMessage early = await client.GetAsync("/v1/datasets/d");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)), (early.StatusCode, early.Headers.RetryAfter!.Delta));
        using JsonDocument problem = JsonDocument.Parse(await early.Content.ReadAsStringAsync());
        Assert.Equal("unavailable", problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/healthz/ready")).StatusCode);

        await app.Services.GetRequiredService<DatasetCatalogue>().ScanAsync(CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/datasets/d")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/v1/datasets/none")).StatusCode);
        await app.StopAsync();
    }
}
