using System.Globalization;

namespace Microtome.Page.Tests;

/// <summary>A sample's pixels are the array's elements.</summary>
public sealed class SampleTests(Browsing browsing)
{
    private const string Pixels = "() => { const c = document.querySelector('dialog .viewer canvas'); return [c.width, c.height, ...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; }";

    [Fact]
    public async Task Grey_ones_are_the_values_of_the_slice()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits?row=1234");
        int[] pixels = await page.Page.EvaluateAsync<int[]>(Pixels);
        byte[] slice = await browsing.Samples.Client.GetByteArrayAsync("v1/datasets/digits/arrays/images?select=1234&format=raw");
        Assert.Equal([8, 8], pixels[..2]);
        Assert.Equal(slice.SelectMany(value => Enumerable.Repeat((int)Math.Round(value * 255 / 16.0, MidpointRounding.AwayFromZero), 3).Append(255)), pixels[2..]);
        page.AssertQuiet("grey");
    }

    [Fact]
    public async Task Coloured_ones_are_the_bytes_themselves_also_in_the_sheet()
    {
        await using WatchedPage page = await browsing.OpenAsync(browsing.Made);
        await page.GoAsync("#/d/colours?row=77");
        int[] pixels = await page.Page.EvaluateAsync<int[]>(Pixels);
        Assert.Equal([12, 16], pixels[..2]);
        Assert.Equal(Coloured(77), pixels[2..]);
        long row = (await page.RowsAsync())[0];
        int[] tile = await page.Page.EvaluateAsync<int[]>("() => { const c = document.querySelector('.tile canvas'); return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; }");
        Assert.Equal(Coloured((int)row), tile);
        page.AssertQuiet("colours");
    }

    [Fact]
    public async Task A_slider_walks_through_a_volume()
    {
        await using WatchedPage page = await browsing.OpenAsync(browsing.Made);
        await page.GoAsync("#/d/volumes?row=3&show=values&at=2");
        Assert.Equal(Plane(3, 2), await page.TextAsync("dialog td"));
        await page.Page.GetByLabel("Axis 1").FillAsync("7");
        await page.Page.WaitForFunctionAsync($"() => document.querySelector('dialog td')?.textContent === '{Plane(3, 7)}'");
        Assert.Contains("at=7", page.Page.Url, StringComparison.Ordinal);
        Assert.Contains("select=3,7,:,:", await page.TextAsync("dialog .url"), StringComparison.Ordinal);
        page.AssertQuiet("volumes");
    }

    [Fact]
    public async Task Every_way_to_look_draws_and_arrow_keys_go_on()
    {
        await using WatchedPage page = await browsing.OpenAsync();
        await page.GoAsync("#/d/digits?row=10");
        string before = "";
        foreach (string way in (string[])["heatmap", "line", "image"])
        {
            await page.Page.Locator("dialog .tabs").GetByText(way).ClickAsync();
            string drawn = await page.Page.EvaluateAsync<string>("() => document.querySelector('dialog .viewer canvas').toDataURL()");
            Assert.NotEqual(before, drawn);
            before = drawn;
        }

        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await page.Page.WaitForFunctionAsync("() => location.hash.includes('row=9')");
        await page.DrawnAsync();
        string label = await browsing.Samples.Client.GetStringAsync("v1/datasets/digits/arrays/labels?select=9&format=json");
        await page.Page.WaitForFunctionAsync($"() => document.querySelector('dialog dd').textContent === '{label}'");
        page.AssertQuiet("ways");
    }

    private IEnumerable<int> Coloured(int row) =>
        browsing.Data.ColourBytes.Skip(row * 16 * 12 * 3).Take(16 * 12 * 3).Chunk(3).SelectMany(rgb => rgb.Select(value => (int)value).Append(255));

    private string Plane(int row, int plane) =>
        BitConverter.ToInt16(browsing.Data.VolumeBytes, 2 * ((row * 9 * 20 * 24) + (plane * 20 * 24))).ToString(CultureInfo.InvariantCulture);
}
