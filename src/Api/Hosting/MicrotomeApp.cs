using Microtome.Api.Endpoints;
using Microtome.Api.Problems;
using Microtome.Api.Results;
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

    /// <param name="arguments">The command line.</param>
    /// <param name="addServices">Further services, or others in the place of those that are there.</param>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static WebApplication Build(string[] arguments, Action<IServiceCollection>? addServices = null)
    {
        (string[] rest, Dictionary<string, string?> data) = DataArguments.Take(arguments);
        CommandLine.RequireKnown(rest);

        // The content root is the program's own folder, so that the settings and samples beside it are found from anywhere.
        // The slim builder starts sooner: it neither looks for HTTP/3 nor readies what other servers than Kestrel need.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = rest, ContentRootPath = AppContext.BaseDirectory });
        DataArguments.Replace(builder.Configuration, data);
        MicrotomeSettings settings = MicrotomeSettings.Read(builder.Configuration, Path.Combine(AppContext.BaseDirectory, "samples"), Services.Headerless);
        ConfigureKestrel(builder, settings);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.AddMicrotome(settings);
        builder.Services.AddOpenApiPages();
        addServices?.Invoke(builder.Services);
        bool isStarted = false;

        // A start that fails is explained by Program in one line; the host would say it again, with its stack.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => Volatile.Read(ref isStarted) && level >= LogLevel.Warning);
        WebApplication app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => Volatile.Write(ref isStarted, true));
        _ = app.Services.GetRequiredService<PrometheusExporter>(); // Listens before the first instrument counts.
        app.Use(new RequestLog(app.Services.GetRequiredService<ServerMetrics>(), app.Services.GetRequiredService<ILogger<RequestLog>>()).InvokeAsync);
        ProblemHandling.Use(app);
        app.Use(new OriginCheck(checksHosts: settings.Keys.Count == 0, settings.AllowedHosts, settings.AllowedOrigins).InvokeAsync);
        if (settings.Keys.Count > 0)
        {
            app.Use(new KeyCheck(settings.Keys).InvokeAsync);
        }

        app.UseRouting();
        app.Use(ShortAnswers.RunAsync);
        app.Use(ParameterCheck.CheckAsync);
        app.Use(CachePolicy.BeginAsync);
        app.UseOpenApiPages();
        RouteGroupBuilder routes = app.MapGroup("");
        ((IEndpointConventionBuilder)routes).Finally(ParameterCheck.AttachTo);
        routes.MapDatasets().MapArrays().MapRows().MapEpochs().MapViews().MapJobs().MapOperations();
        app.MapPage(new(asksForKey: settings.Keys.Count > 0));
        return app;
    }

    private static void ConfigureKestrel(WebApplicationBuilder builder, MicrotomeSettings settings)
    {
        builder.WebHost.UseKestrelHttpsConfiguration(); // Which the slim builder leaves out.

        // A request is answered on the thread that read it: fast for one, and fair for many, since answers take turns (see RequestLog,
        // BatchBody and RequestReader). By itself this starves some of many connections.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
            kestrel.Limits.MaxRequestBodySize = settings.Limits.MaxRequestBytes;
            bool isOpen = settings.AllowAnonymous || settings.Keys.Count > 0;
            kestrel.ConfigureEndpointDefaults(listen => // Kestrel keeps one such action, the last.
            {
                if (!isOpen)
                {
                    ListeningRule.RequireLoopback(listen);
                }

                DirectSockets.Use(listen);
            });
        });
        ConfigurationManager configuration = builder.Configuration;
        bool isPlaced = ((string[])["urls", "http_ports", "https_ports"]).Any(key => !string.IsNullOrEmpty(configuration[key]))
            || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        if (!isPlaced)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
    }
}
