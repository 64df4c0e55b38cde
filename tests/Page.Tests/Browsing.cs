using Microsoft.Playwright;
using Microtome.Fixtures;
using Microtome.Page.Tests;

[assembly: AssemblyFixture(typeof(Browsing))]

// One browser and two servers for all tests; pages are many, cores are few.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Microtome.Page.Tests;

/// <summary>Debian's Chromium, driven by Playwright, and the servers that it looks at: one of the samples, one of made data.</summary>
public sealed class Browsing : IAsyncLifetime
{
    private static readonly string? Chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private ServerProcess? _samples;
    private ServerProcess? _made;
    private MadeData? _data;

    internal ServerProcess Samples => _samples!;

    internal ServerProcess Made => _made!;

    internal MadeData Data => _data!;

    public async ValueTask InitializeAsync()
    {
        if (Chromium is null)
        {
            return; // Each test says so and is skipped.
        }

        _data = new();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        _samples = await ServerProcess.StartAsync();
        _made = await ServerProcess.StartAsync("--data", _data.Folder);
    }

    /// <summary>A page in a context of its own, watched for everything that must not happen.</summary>
    internal async Task<WatchedPage> OpenAsync(ServerProcess? server = null, int width = 1280, ColorScheme theme = ColorScheme.Light)
    {
        RequireChromium();
        IBrowserContext context = await _browser!.NewContextAsync(new()
        {
            BaseURL = (server ?? Samples).Address.ToString(),
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = theme,
            ReducedMotion = ReducedMotion.Reduce,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        return await WatchedPage.OpenAsync(context);
    }

    public static void RequireChromium()
    {
        if (Chromium is null)
        {
            Repository.SkipOrFail("Chromium is not installed");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerProcess? server in (ServerProcess?[])[_samples, _made])
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }

        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _data?.Dispose();
    }
}
