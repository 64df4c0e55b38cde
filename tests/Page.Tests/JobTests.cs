using Microsoft.Playwright;

namespace Microtome.Page.Tests;

/// <summary>Long work is started, followed and forgotten on the page.</summary>
public sealed class JobTests(Browsing browsing)
{
    [Fact]
    public async Task A_profile_fills_the_channels_and_is_listed()
    {
        Browsing.RequireChromium();
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using WatchedPage page = await browsing.OpenAsync(server);
        await page.GoAsync("#/d/digits");
        await page.Page.GetByText("Profile this dataset").ClickAsync();
        await page.Page.Locator(".stats li").WaitForAsync();
        Assert.StartsWith("cast(f4)|div(255)|normalize(mean=0.0191", await page.TextAsync(".norm code"), StringComparison.Ordinal);
        Assert.StartsWith("4.884 ± 6.017", await page.TextAsync(".stats b"), StringComparison.Ordinal); // NumPy's images.mean() and std().
        string transform = await page.TextAsync(".norm code");
        string slice = await server.Client.GetStringAsync($"v1/datasets/digits/arrays/images?select=0:2,0,0&format=json&transform={Uri.EscapeDataString(transform)}");
        Assert.StartsWith("[", slice, StringComparison.Ordinal);

        await page.GoAsync("#/server");
        await page.Page.Locator(".jobs .succeeded").WaitForAsync();
        await page.AssertAccessibleAsync("jobs");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Forget profile of digits · images" }).ClickAsync();
        await page.Page.Locator(".jobs .succeeded").WaitForAsync(new() { State = WaitForSelectorState.Detached });

        await page.GoAsync("#/d/digits?view=where(images.mean+>+6)");
        Assert.DoesNotContain("1,797 of", await page.TextAsync(".vmsg"), StringComparison.Ordinal);
        page.AssertQuiet("jobs");
    }

    [Fact]
    public async Task What_needs_a_profile_offers_it()
    {
        Browsing.RequireChromium();
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using WatchedPage page = await browsing.OpenAsync(server);
        await page.GoAsync("#/d/digits");
        await page.Page.FillAsync("#view", "unique(images)");
        await page.Page.GetByText("Start that profile").ClickAsync();
        await page.Page.WaitForFunctionAsync("() => !document.querySelector('.vmsg.bad')");
        await page.DrawnAsync();
        Assert.Contains("of 1,797 rows", await page.TextAsync(".vmsg"), StringComparison.Ordinal);
    }
}
