using Microsoft.Playwright;

namespace Microtome.Page.Tests;

/// <summary>Every place in every dress: nothing on the console, no policy report, no failed or foreign request, no axe violation, no overflow.</summary>
public sealed class PlaceTests(Browsing browsing)
{
    private static readonly string[] OfSamples =
    [
        "", "#/?find=chunk", "#/d/digits", "#/d/digits-chunked?order=window:16&step=3&rank=1&code=curl", "#/d/digits?view=where(labels+==+3)&tail=pad&code=Python",
        "#/d/digits?row=17", "#/d/digits?row=17&show=values", "#/server",
    ];

    private static readonly string[] OfMadeData =
    [
        "", "#/d/colours?row=4&show=heatmap", "#/d/signals", "#/d/signals?row=2", "#/d/volumes?row=3&at=7", "#/d/floats", "#/d/numbers", "#/d/few?row=1", "#/d/waves?row=1&show=line",
        "#/d/none", "#/d/huge?batch=4096&ranks=64", "#/d/a-name-so-long-that-nobody-would-choose-it-but-somebody-does-all-the-same.v2",
    ];

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Of_the_samples(int width, ColorScheme theme)
    {
        await using WatchedPage page = await browsing.OpenAsync(width: width, theme: theme);
        await InspectAsync(page, OfSamples);
    }

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(1920, ColorScheme.Dark)]
    public async Task Of_data_of_every_kind(int width, ColorScheme theme)
    {
        await using WatchedPage page = await browsing.OpenAsync(browsing.Made, width, theme);
        await InspectAsync(page, OfMadeData);
    }

    [Fact]
    public async Task A_chosen_theme_stays()
    {
        await using WatchedPage page = await browsing.OpenAsync(theme: ColorScheme.Light);
        await page.GoAsync("#/d/digits");
        string before = await GroundAsync(page);
        await page.Page.Locator("#theme").ClickAsync();
        string chosen = await GroundAsync(page);
        Assert.NotEqual(before, chosen);
        await page.GoAsync("#/server");
        Assert.Equal(chosen, await GroundAsync(page));
        await page.AssertAccessibleAsync("the other theme");
        page.AssertQuiet("themes");
    }

    private static Task<string> GroundAsync(WatchedPage page) => page.Page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor");

    private static async Task InspectAsync(WatchedPage page, string[] places)
    {
        foreach (string place in places)
        {
            await page.GoAsync(place);
            await page.AssertFitsAsync(place);
            await page.AssertAccessibleAsync(place);
            page.AssertQuiet(place);
        }
    }
}
