using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Microtome.Page.Tests;

/// <summary>A page that remembers what must not happen: messages on the console, policy reports, failed or foreign requests.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentQueue<IResponse> _responses = new();

    /// <summary>What is under way when a page is left is broken off: not a fault.</summary>
    private volatile bool _isLeaving;

    private WatchedPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) => _faults.Enqueue($"console: {message.Text}");
        page.PageError += (_, error) => _faults.Enqueue($"error: {error}");
        page.RequestFailed += (_, request) =>
        {
            // The page itself breaks off what it needs no longer, such as the events of a job that is forgotten.
            if (!_isLeaving && request.Failure != "net::ERR_ABORTED")
            {
                _faults.Enqueue($"failed: {request.Url} {request.Failure}");
            }
        };
        page.Response += (_, response) =>
        {
            _responses.Enqueue(response);
            if (response.Status >= 400)
            {
                _faults.Enqueue($"{response.Status}: {response.Url}");
            }
        };
    }

    public IPage Page { get; }

    public IReadOnlyCollection<IResponse> Responses => _responses;

    public IReadOnlyCollection<string> Faults => _faults;

    public static async Task<WatchedPage> OpenAsync(IBrowserContext context)
    {
        context.SetDefaultTimeout(20_000);
        await context.AddInitScriptAsync("addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));");
        return new(context, await context.NewPageAsync());
    }

    /// <summary>Goes to a place and waits until it is drawn.</summary>
    public async Task GoAsync(string hash)
    {
        await LeaveAsync();
        await Page.GotoAsync("/" + hash);
        await DrawnAsync();
    }

    /// <summary>Goes to a place of a server that asks for a key, and gives it.</summary>
    public async Task GoWithKeyAsync(string hash, string key)
    {
        await LeaveAsync();
        await Page.GotoAsync("/" + hash);
        await Page.FillAsync("#key-input", key);
        await Page.Keyboard.PressAsync("Enter");
        await DrawnAsync();
    }

    /// <summary>Waits until nothing is loading any more.</summary>
    public Task DrawnAsync() => Page.WaitForFunctionAsync(
        """
        () => document.fonts.status === 'loaded' && document.querySelector('main h1') && !document.querySelector('main[aria-busy], .loading')
          && !document.querySelector('.stage .sheet:empty') && ![...document.querySelectorAll('.specimen canvas, .tile canvas')].some(c => c.width === 1 && c.checkVisibility() && c.getBoundingClientRect().top < innerHeight)
          && (!document.querySelector('dialog[open] .viewer') || document.querySelector('dialog[open] .viewer').childElementCount > 0)
        """);

    /// <summary>Fails on anything that happened and must not, now.</summary>
    public void AssertQuiet(string where)
    {
        Assert.True(_faults.IsEmpty, $"{where}: {string.Join('\n', _faults)}");
        Uri own = new(Page.Url);
        Assert.All(_responses, response => Assert.Equal(own.Authority, new Uri(response.Url).Authority));
    }

    /// <summary>Forgets what a test provoked.</summary>
    public void Forget() => _faults.Clear();

    public async Task AssertAccessibleAsync(string where)
    {
        AxeResult result = await Page.RunAxe();
        string found = string.Join('\n', result.Violations.Select(violation =>
            $"{violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(4).Select(node => node.Html))}"));
        Assert.True(result.Violations.Length == 0, $"{where}: {found}");
    }

    public async Task AssertFitsAsync(string where)
    {
        string wide = await Page.EvaluateAsync<string>(
            """
            () => document.documentElement.scrollWidth <= innerWidth ? '' : [...document.querySelectorAll('body *')]
              .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, pre')).slice(0, 5).map(e => e.tagName + '.' + e.className).join()
            """);
        Assert.True(wide.Length == 0, $"{where} is wider than the window: {wide}");
    }

    public Task<string> TextAsync(string selector) => Page.Locator(selector).First.InnerTextAsync();

    /// <summary>The row numbers under the samples, in order.</summary>
    public async Task<long[]> RowsAsync() =>
        [.. (await Page.Locator(".tile .no").AllTextContentsAsync()).Select(text => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private async Task LeaveAsync()
    {
        _isLeaving = true;
        await Page.GotoAsync("about:blank");
        _isLeaving = false;
    }
}
