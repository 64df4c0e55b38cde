using System.Globalization;

namespace Microtome.Page.Tests;

/// <summary>What is drawn of an order is the order, and links hold the state.</summary>
public sealed class OrderTests(Browsing browsing)
{
    /// <summary>For each column of the plot that has ink, the middle of its ink: where the dot is.</summary>
    private const string Heights =
        """
        () => {
          const canvas = document.querySelector('.whole .dots');
          const { width, height } = canvas;
          const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
          const found = [];
          for (let x = 0; x < width; x++) {
            let sum = 0, count = 0;
            for (let y = 0; y < height; y++) if (pixels[4 * (y * width + x) + 3] > 127) { sum += y; count++; }
            if (count > 0) found.push(sum / count);
          }
          return found;
        }
        """;

    [Fact]
    public async Task Sequential_rises_and_shuffle_does_not()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits?order=sequential");
        double[] rising = await page.Page.EvaluateAsync<double[]>(Heights);
        Assert.True(rising.Length > 200);
        Assert.All(rising.Zip(rising.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 0.51, $"{pair}"));
        Assert.True(rising[0] - rising[^1] > 100);
        await page.GoAsync("#/d/digits?order=shuffle");
        double[] shuffled = await page.Page.EvaluateAsync<double[]>(Heights);
        Assert.True(shuffled.Zip(shuffled.Skip(1)).Count(pair => pair.Second > pair.First) > shuffled.Length / 4);
        page.AssertQuiet("orders");
    }

    [Fact]
    public async Task A_window_touches_few_chunks_where_a_shuffle_touches_many()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits-chunked?order=window:16&step=2");
        int few = await TouchedAsync(page);
        await page.GoAsync("#/d/digits-chunked?order=shuffle&step=2");
        int many = await TouchedAsync(page);
        Assert.InRange(few, 1, 16);
        Assert.True(many > 20, $"{many}"); // Of 29.
        page.AssertQuiet("windows");
    }

    [Fact]
    public async Task Where_a_shuffle_decodes_much_a_window_is_proposed()
    {
        await using WatchedPage page = await browsing.OpenAsync();

        // As the server says it until the chunks have been decoded once.
        await page.Page.RouteAsync("**/plan?*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = "{\"steps\":28,\"rows\":448,\"bytes\":1,\"amplification\":49.8,\"varianceInflation\":1}" }));
        await page.GoAsync("#/d/digits-chunked");
        await page.Page.GetByText("Read through window:16 instead").ClickAsync();
        await page.Page.WaitForFunctionAsync("() => location.hash.includes('order=window')");
        await page.DrawnAsync();
        Assert.True(await page.Page.Locator(".hint").IsHiddenAsync());
        page.AssertQuiet("a proposal");
    }

    [Fact]
    public async Task The_samples_are_the_rows_that_the_order_says()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits?seed=18446744073709551615&epoch=9&batch=24&ranks=3&step=5");
        string order = await browsing.Samples.Client.GetStringAsync("v1/datasets/digits/epochs/9/order?seed=18446744073709551615&start=120&stop=144&format=json");
        Assert.Equal(order, $"[{string.Join(',', await page.RowsAsync())}]");
        Assert.Equal(3, await page.Page.Locator(".rank").CountAsync());
        Assert.Equal("18446744073709551615", await page.Page.InputValueAsync("#f-seed"));
        page.AssertQuiet("large seed");
    }

    [Fact]
    public async Task A_link_restores_its_state()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits-chunked");
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Radio, new() { Name = "window" }).CheckAsync(new() { Force = true });
        await page.Page.FillAsync("#f-window", "5");
        await page.Page.FillAsync("#f-seed", "99");
        await page.Page.FillAsync("#f-epoch", "3");
        await page.Page.FillAsync("#f-batch", "48");
        await page.Page.FillAsync("#f-ranks", "2");
        await page.Page.SelectOptionAsync("#f-rank", "1");
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Radio, new() { Name = "keep" }).CheckAsync(new() { Force = true });
        await page.Page.WaitForFunctionAsync("() => location.hash.includes('tail=keep')");
        await page.DrawnAsync(); // A new order begins at its first step.
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Next", Exact = true }).ClickAsync();
        await page.Page.WaitForFunctionAsync("() => location.hash.includes('step=1')");
        await page.DrawnAsync();
        string link = new Uri(page.Page.Url).Fragment;
        foreach (string part in (string[])["order=window%3A5", "seed=99", "epoch=3", "batch=48", "ranks=2", "rank=1", "tail=keep", "step=1"])
        {
            Assert.Contains(part, link, StringComparison.Ordinal);
        }

        (long[] rows, string code) = (await page.RowsAsync(), await page.TextAsync(".code pre"));
        await using WatchedPage other = await browsing.OpenAsync();
        await other.GoAsync(link);
        Assert.Equal(rows, await other.RowsAsync());
        Assert.Equal(code, await other.TextAsync(".code pre"));
        Assert.Equal(link, new Uri(other.Page.Url).Fragment);
        Assert.Equal(1, await other.Page.Locator(".rank.off").CountAsync());
        other.AssertQuiet("a link");
    }

    private static async Task<int> TouchedAsync(WatchedPage page) =>
        int.Parse(await page.Page.Locator(".sheet").GetAttributeAsync("data-touched") ?? "", CultureInfo.InvariantCulture);
}
