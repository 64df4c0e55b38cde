using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microtome.Api.Hosting;
using Microtome.Datasets.Catalogue;
using Microtome.Fixtures;

namespace Microtome.Api.Tests;

/// <summary>The real server on a real socket, in this process: what Program starts, with the arguments of a test.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const string StateSetting = "--Microtome:StateDirectory";

    private readonly WebApplication _app;
    private readonly TemporaryFolder? _state;

    private RunningServer(WebApplication app, TemporaryFolder? state)
    {
        _app = app;
        _state = state;
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new() { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public DatasetCatalogue Catalogue => _app.Services.GetRequiredService<DatasetCatalogue>();

    /// <summary>Starts a server with a state directory of its own, unless the arguments name one.</summary>
    public static Task<RunningServer> StartAsync(params string[] arguments) => StartAsync(null, arguments);

    /// <summary>The same, with services of the test's own.</summary>
    public static async Task<RunningServer> StartAsync(Action<IServiceCollection>? addServices, string[] arguments)
    {
        RunningServer server = await ListenAsync(addServices, arguments);
        while (!server.Catalogue.IsReady)
        {
            await Task.Delay(5);
        }

        return server;
    }

    /// <summary>The same, without waiting for the first scan.</summary>
    public static async Task<RunningServer> ListenAsync(Action<IServiceCollection>? addServices, string[] arguments)
    {
        TemporaryFolder? state = arguments.Any(argument => argument.StartsWith(StateSetting, StringComparison.Ordinal)) ? null : new();
        string[] place = state is null ? [] : [$"{StateSetting}={state.Path}"];
        WebApplication app = MicrotomeApp.Build([.. arguments, .. place, "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=None"], addServices);
        await app.StartAsync();
        return new(app, state);
    }

    public static Task<RunningServer> ServeAsync(string folder, params string[] arguments) => StartAsync(["--data", folder, .. arguments]);

    /// <summary>Ends the server as a signal does: answers under way may end first.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _state?.Dispose();
    }
}
