using Microsoft.Net.Http.Headers;
using Microtome.Api.Page;

namespace Microtome.Api.Endpoints;

/// <summary>The page for people: its document at <c>/</c>, the rest under <c>/page</c>. Served to everybody: it holds no data.</summary>
internal static class PageEndpoints
{
    /// <summary>
    /// Nothing but this program's own files runs, styles or connects. Pictures may also be made in the page (blob:, data:).
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapPage(this WebApplication app, PageFiles page)
    {
        app.Lifetime.ApplicationStarted.Register(() => _ = page.CompressAsync(app.Lifetime.ApplicationStopping));
        app.MapMethods("/", Reading, http => SendAsync(http, page.Index, "no-cache")).ExcludeFromDescription();
        foreach ((string name, PageFile file) in page.Files)
        {
            app.MapMethods($"/page/{page.Generation}/{name}", Reading, http => SendAsync(http, file, "public, max-age=31536000, immutable")).ExcludeFromDescription();
        }
    }

    private static async Task SendAsync(HttpContext http, PageFile file, string cacheControl)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = cacheControl;
        headers.Vary = "Accept-Encoding";
        byte[]? brotli = TakesBrotli(http.Request) ? await file.Brotli : null;
        headers.ContentEncoding = brotli is null ? default : "br";
        EntityTagHeaderValue tag = new(brotli is null ? $"\"{file.Tag}\"" : $"\"{file.Tag}-br\"");
        await TypedResults.Bytes(brotli ?? file.Content, file.MediaType, entityTag: tag).ExecuteAsync(http);
    }

    private static bool TakesBrotli(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && coding.Quality is not 0);
}
