using Microtome.Api.Endpoints;
using Microtome.Api.Problems;
using Microtome.Api.Security;
using Microtome.Api.Settings;
using Microtome.Api.Telemetry;

namespace Microtome.Api.Hosting;

/// <summary>The server put together: settings, services, the order of what a request passes through.</summary>
internal static class MicrotomeApp
{
    private const string DefaultUrl = "http://localhost:5080";

    /// <summary>Request lines may hold some thousand row numbers.</summary>
    private const int MaxRequestLineBytes = 64 * 1024;

    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static WebApplication Build(string[] arguments)
    {
        (string[] rest, Dictionary<string, string?> data) = DataArguments.Take(arguments);

        // The content root is the program's own folder, so that the settings and samples beside it are found from anywhere.
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = rest, ContentRootPath = AppContext.BaseDirectory });
        if (data.Count > 0)
        {
            DropOtherRoots(builder.Configuration, data);
            builder.Configuration.AddInMemoryCollection(data);
        }

        MicrotomeSettings settings = MicrotomeSettings.Read(builder.Configuration, Path.Combine(AppContext.BaseDirectory, "samples"), Services.Headerless);
        ConfigureKestrel(builder, settings);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.AddMicrotome(settings);
        builder.Services.AddOpenApiPages();
        WebApplication app = builder.Build();
        _ = app.Services.GetRequiredService<PrometheusExporter>(); // Listens before the first instrument counts.
        app.Use(new RequestLog(app.Services.GetRequiredService<ServerMetrics>(), app.Services.GetRequiredService<ILogger<RequestLog>>()).InvokeAsync);
        ProblemHandling.Use(app);
        app.Use(new OriginCheck(checksHosts: settings.Keys.Count == 0, settings.AllowedHosts, settings.AllowedOrigins).InvokeAsync);
        app.Use(new KeyCheck(settings.Keys).InvokeAsync);
        app.UseRouting();
        app.Use(UnknownParameters.CheckAsync);
        app.UseOpenApiPages();
        RouteGroupBuilder routes = app.MapGroup("");
        ((IEndpointConventionBuilder)routes).Finally(UnknownParameters.AttachTo);
        routes.MapDatasets().MapArrays().MapRows().MapEpochs().MapOperations();
        app.MapPage(new(asksForKey: settings.Keys.Count > 0));
        return app;
    }

    /// <summary>Roots of other sources stand under numbers of their own: without this a second one would shine through.</summary>
    private static void DropOtherRoots(ConfigurationManager configuration, Dictionary<string, string?> data)
    {
        foreach (IConfigurationSection root in configuration.GetSection("Microtome:DataRoots").GetChildren())
        {
            data.TryAdd(root.Path, null);
        }
    }

    private static void ConfigureKestrel(WebApplicationBuilder builder, MicrotomeSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
            kestrel.Limits.MaxRequestBodySize = settings.Limits.MaxRequestBytes;
            ListeningRule.Apply(kestrel, isOpen: settings.AllowAnonymous || settings.Keys.Count > 0);
        });
        ConfigurationManager configuration = builder.Configuration;
        bool isPlaced = configuration["urls"] is not null || configuration["http_ports"] is not null || configuration["https_ports"] is not null
            || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        if (!isPlaced)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
    }
}
