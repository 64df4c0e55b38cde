using Microsoft.Playwright;
using Microtome.Fixtures;

namespace Microtome.Page.Tests;

/// <summary>What a drawing of the page does not have: loading, refusals, nothing, errors, and very much.</summary>
public sealed class StateTests(Browsing browsing)
{
    [Fact]
    public async Task While_it_loads_the_old_picture_stays_dimmed()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits");
        long[] before = await page.RowsAsync();
        TaskCompletionSource held = new();
        await page.Page.RouteAsync("**/batches/1*", async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Next", Exact = true }).ClickAsync();
        await page.Page.Locator(".stage.loading").WaitForAsync();
        await page.Page.WaitForFunctionAsync("() => Number(getComputedStyle(document.querySelector('.tile canvas')).opacity) < 1");
        Assert.Equal(before, await page.RowsAsync());
        Assert.Equal("1", await page.Page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('.tile .no')).opacity"));
        await page.AssertAccessibleAsync("loading");
        held.SetResult();
        await page.DrawnAsync();
        Assert.NotEqual(before, await page.RowsAsync());
        page.AssertQuiet("loading");
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_after_the_time_it_says()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits");
        int refused = 0;
        await page.Page.RouteAsync("**/batches/1*", async route =>
        {
            if (Interlocked.Increment(ref refused) <= 1)
            {
                await route.FulfillAsync(new()
                {
                    Status = 503,
                    Headers = new Dictionary<string, string> { ["Retry-After"] = "1", ["Content-Type"] = "application/problem+json" },
                    Body = """{"code":"overloaded","detail":"Too many reads."}""",
                });
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Next", Exact = true }).ClickAsync();
        await page.Page.GetByText("The server is busy. Trying again").WaitForAsync();
        await page.AssertAccessibleAsync("busy");
        await page.DrawnAsync();
        Assert.Equal("Batch 1", await page.TextAsync(".sheethead h3"));
        Assert.Equal(0, await page.Page.Locator("#notices p").CountAsync());
    }

    [Fact]
    public async Task An_empty_server_says_how_to_fill_it()
    {
        Browsing.RequireChromium();
        using TemporaryFolder folder = new();
        await using ServerProcess server = await ServerProcess.StartAsync("--data", folder.Path);
        await using WatchedPage page = await browsing.OpenAsync(server, width: 390);
        await page.GoAsync("");
        Assert.Contains("--data", await page.TextAsync(".empty code"), StringComparison.Ordinal);
        await page.AssertAccessibleAsync("empty");
        await page.AssertFitsAsync("empty");
        page.AssertQuiet("empty");
    }

    [Fact]
    public async Task An_error_in_an_expression_is_underlined_at_its_place()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits");
        long[] before = await page.RowsAsync();
        await page.Page.FillAsync("#view", "where(labels = 3)");
        await page.Page.Locator(".vmsg.bad mark").WaitForAsync();
        string text = await page.Page.Locator(".vmsg.bad .caret").TextContentAsync() ?? "";
        int position = text.IndexOf(await page.Page.Locator(".vmsg.bad mark").TextContentAsync() ?? "?", StringComparison.Ordinal);
        Assert.StartsWith("where(labels = 3)", text, StringComparison.Ordinal);
        Assert.InRange(position, 1, 16);
        Assert.Contains("At position ", await page.TextAsync(".vmsg.bad"), StringComparison.Ordinal);
        Assert.Equal("true", await page.Page.GetAttributeAsync("#view", "aria-invalid"));
        Assert.Equal("Still showing the last valid view.", await page.TextAsync(".stale"));
        Assert.Equal(before, await page.RowsAsync());
        await page.AssertAccessibleAsync("an error");
        page.Forget();

        await page.Page.FillAsync("#view", "where(labels == 3)");
        await page.Page.WaitForFunctionAsync("() => !document.querySelector('.vmsg.bad') && document.querySelector('.vmsg b').textContent === '183'");
        await page.DrawnAsync();
        Assert.All(await page.Page.Locator(".tile .lab").AllTextContentsAsync(), label => Assert.Equal("3", label));
        page.AssertQuiet("a view");
    }

    [Fact]
    public async Task A_label_is_counted_and_filters()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits-chunked");
        await page.Page.Locator(".hist li").First.WaitForAsync();
        Assert.Equal(10, await page.Page.Locator(".hist li").CountAsync());
        Assert.Equal("183", await page.Page.Locator(".hist li").Nth(3).Locator("b").InnerTextAsync());
        await page.Page.Locator(".hist button").Nth(3).ClickAsync();
        await page.Page.WaitForFunctionAsync("() => location.hash.includes('view=where')");
        await page.DrawnAsync();
        Assert.Equal("183 of 1,797 rows", await page.TextAsync(".vmsg"));
        Assert.Equal("0", await page.Page.Locator(".hist li b").First.InnerTextAsync());
        page.AssertQuiet("labels");
    }

    [Fact]
    public async Task Of_a_hundred_million_rows_no_more_is_fetched_than_of_few()
    {
        await using WatchedPage page = await browsing.OpenAsync(browsing.Made);
        await page.GoAsync("#/d/huge?step=1000000");
        Assert.Equal("step 1,000,000 of 1,562,500", await page.TextAsync(".slider output"));
        Assert.Equal(64, (await page.RowsAsync()).Length);
        page.AssertQuiet("a hundred million");
        long bytes = 0;
        foreach (IResponse response in page.Responses.Where(response => !response.Url.Contains("/page/", StringComparison.Ordinal)))
        {
            bytes += (await response.BodyAsync()).Length;
        }

        Assert.InRange(bytes, 1, 200_000);
    }

    [Fact]
    public async Task Without_labels_or_batches_the_page_says_so()
    {
        await using WatchedPage page = await browsing.OpenAsync(browsing.Made);
        await page.GoAsync("#/d/floats");
        Assert.Contains("No array here is known as labels", await page.TextAsync(".two section"), StringComparison.Ordinal);
        Assert.Equal(0, await page.Page.Locator(".hist li").CountAsync());
        await page.GoAsync("#/d/few?batch=64");
        Assert.Contains("choose keep or pad", await page.TextAsync(".sheet"), StringComparison.Ordinal);
        await page.GoAsync("#/d/few?batch=4&tail=pad&ranks=1");
        Assert.Equal(4, (await page.RowsAsync()).Length);
        Assert.Equal(1, await page.Page.Locator(".tile.again").CountAsync());
        await page.GoAsync("#/d/none");
        Assert.Contains("nothing to draw", await page.TextAsync(".empty"), StringComparison.Ordinal);
        page.AssertQuiet("without");
    }

    [Theory]
    [InlineData("#/d/nothing", "There is no dataset nothing")]
    [InlineData("#/d/%E0%A4%A", "There is no dataset")]
    [InlineData("#/elsewhere", "There is nothing at this address.")]
    public async Task What_is_not_there_is_said_with_a_way_out(string hash, string says)
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync(hash);
        Assert.Contains(says, await page.TextAsync("main"), StringComparison.Ordinal);
        await page.AssertAccessibleAsync(hash);
        await page.Page.GetByText("See what there is").ClickAsync();
        await page.Page.Locator(".slide").First.WaitForAsync();
    }

    [Fact]
    public async Task What_changed_meanwhile_is_said_and_loaded_anew()
    {
        Browsing.RequireChromium();
        using TemporaryFolder folder = new();
        byte[] first = NpyFile.Make("|u1", "(40, 6, 6)", new byte[40 * 36]);
        await File.WriteAllBytesAsync(folder.File("d.npy"), first);
        await using ServerProcess server = await ServerProcess.StartAsync("--data", folder.Path);
        await using WatchedPage page = await browsing.OpenAsync(server);
        await page.GoAsync("#/d/d");
        string before = await page.TextAsync(".chip");
        await File.WriteAllBytesAsync(folder.File("new"), NpyFile.Make("|u1", "(60, 6, 6)", new byte[60 * 36]));
        File.Move(folder.File("new"), folder.File("d.npy"), overwrite: true);
        for (int seed = 100; await page.Page.GetByText("Load it anew").CountAsync() == 0; seed++)
        {
            await page.Page.FillAsync("#f-seed", seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await Task.Delay(200);
            Assert.True(seed < 200, "The change is not noticed.");
        }

        await page.Page.GetByText("Load it anew").ClickAsync();
        await page.Page.WaitForFunctionAsync($"() => document.querySelector('.chip').textContent !== '{before}'");
        await page.DrawnAsync();
        Assert.Contains("60 rows", await page.TextAsync(".title"), StringComparison.Ordinal);
    }
}
