namespace Microtome.Page.Tests;

/// <summary>Where there are keys the page asks for one, keeps it in memory only, and works with it.</summary>
public sealed class KeyTests(Browsing browsing)
{
    [Fact]
    public async Task A_key_opens_the_page_and_is_kept_nowhere()
    {
        Browsing.RequireChromium();
        await using ServerProcess server = await ServerProcess.StartAsync([.. Key(0, "all", "s3cret-key", "manage"), .. Key(1, "some", "narrow", "read"), "--Microtome:ApiKeys:1:Datasets:0=digits"]);
        await using WatchedPage page = await browsing.OpenAsync(server);
        await page.Page.GotoAsync("/#/d/digits");
        await page.Page.Locator("#key[open]").WaitForAsync();
        await page.AssertAccessibleAsync("the key's dialog");
        page.AssertQuiet("before a key"); // Nothing was asked for that would be refused.

        await page.Page.FillAsync("#key-input", "wrong");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.GetByText("The server does not know that key.").WaitForAsync();
        await page.AssertAccessibleAsync("a wrong key");
        page.Forget();

        await page.Page.FillAsync("#key-input", "s3cret-key");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.DrawnAsync();
        Assert.Equal(64, (await page.RowsAsync()).Length);
        Assert.DoesNotContain("s3cret", await page.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", page.Page.Url, StringComparison.Ordinal);
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("() => localStorage.length + sessionStorage.length + document.cookie.length"));
        await page.Page.Locator(".code .tabs").GetByText("curl").ClickAsync();
        Assert.Contains("$MICROTOME_API_KEY", await page.TextAsync(".code pre"), StringComparison.Ordinal);
        await page.Page.Locator("nav").GetByText("Server").ClickAsync();
        await page.Page.Locator(".gauges").WaitForAsync();
        page.AssertQuiet("with a key");

        await page.GoWithKeyAsync("#/server", "narrow");
        await page.Page.GetByText("sees some datasets only").WaitForAsync();
        page.AssertQuiet("with a narrow key");
    }

    private static string[] Key(int at, string name, string key, string scope)
    {
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)));
        string prefix = $"--Microtome:ApiKeys:{at}:";
        return [$"{prefix}Name={name}", $"{prefix}Sha256={hash}", $"{prefix}Scope={scope}"];
    }
}
