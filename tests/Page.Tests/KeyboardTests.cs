using Microsoft.Playwright;

namespace Microtome.Page.Tests;

/// <summary>Everything can be reached and done with the keyboard.</summary>
public sealed class KeyboardTests(Browsing browsing)
{
    [Fact]
    public async Task A_walk_from_the_first_key_to_a_sample_and_back()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("");
        IKeyboard keys = page.Page.Keyboard;
        await keys.PressAsync("Tab");
        Assert.Equal("Skip to content", await FocusedAsync(page));
        await keys.PressAsync("Enter");
        await TabToAsync(page, "digits");
        await keys.PressAsync("Enter");
        await page.Page.WaitForFunctionAsync("() => location.hash.includes('#/d/digits')");
        await page.DrawnAsync();

        await TabToAsync(page, "sequential", "shuffle", "window"); // One of a group is in the order of Tab: the chosen one.
        await keys.PressAsync("ArrowRight");
        await page.Page.WaitForFunctionAsync("() => location.hash.includes('order=window')");
        await page.DrawnAsync();
        await TabToAsync(page, "Step of the epoch");
        await keys.PressAsync("ArrowRight");
        await page.Page.WaitForFunctionAsync("() => location.hash.includes('step=1')");
        await page.DrawnAsync();

        await TabToAsync(page, "Next");
        await keys.PressAsync("Tab");
        long[] rows = await page.RowsAsync();
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("Enter");
        await page.Page.Locator("dialog[open] canvas").WaitForAsync();
        Assert.Equal($"Row {rows[1]:N0}", await page.TextAsync("#sample-title"));
        await keys.PressAsync("ArrowRight");
        Assert.Equal($"Row {rows[1] + 1:N0}", await page.TextAsync("#sample-title"));
        await keys.PressAsync("Escape");
        await page.Page.Locator("dialog[open]").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await page.Page.WaitForFunctionAsync("() => !location.hash.includes('row=')"); // The dialog tells that it closed once it is closed.
        Assert.Contains(rows[1].ToString(System.Globalization.CultureInfo.InvariantCulture), await FocusedAsync(page), StringComparison.Ordinal);
        page.AssertQuiet("keyboard");
    }

    /// <summary>What has the focus, by the name that a screen reader says; it must be visibly marked.</summary>
    private static Task<string> FocusedAsync(WatchedPage page) => page.Page.EvaluateAsync<string>(
        """
        () => {
          const e = document.activeElement;
          const outline = getComputedStyle(e.matches('.seg input') ? e.nextElementSibling : e);
          if (outline.outlineStyle === 'none' && e !== document.body && e.id !== 'main') throw new Error('no outline on ' + e.outerHTML);
          return e.ariaLabel || e.querySelector?.('h2')?.textContent || (e.labels?.[0]?.textContent ?? '') || e.textContent;
        }
        """);

    private static async Task TabToAsync(WatchedPage page, params string[] names)
    {
        for (int press = 0; press < 60; press++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            string focused = await FocusedAsync(page);
            if (names.Contains(focused))
            {
                return;
            }
        }

        Assert.Fail($"Tab does not reach {string.Join(" or ", names)}");
    }
}
