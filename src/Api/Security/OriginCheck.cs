using Microtome.Api.Problems;

namespace Microtome.Api.Security;

/// <summary>
/// What keeps a stranger's web page from using a server on its reader's own machine: only known hosts are answered, a changing
/// request from a foreign origin is refused, and no other origin may read answers unless configuration lists it.
/// </summary>
internal sealed class OriginCheck(bool checksHosts, IReadOnlyList<string> allowedHosts, IReadOnlyList<string> allowedOrigins)
{
    private const string Exposed = "ETag, Link, Content-Range, X-Array-Shape, X-Array-Dtype, X-Sheet, X-Epoch-Steps, X-Order, X-Valid-Rows";

    private static readonly string[] OwnHosts = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Whether a text can stand in <c>Host</c>, without the port.</summary>
    public static bool IsHost(string text) =>
        Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 || (text is ['[', .., ']'] && Uri.CheckHostName(text) == UriHostNameType.IPv6);

    /// <summary>Whether a text can stand in <c>Origin</c> (RFC 6454, section 6.2): scheme, host, and a port that is not the scheme's own.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.IdnHost.Length > 0
        && text.Equals($"{uri.Scheme}://{(uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost)}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}", StringComparison.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        string host = http.Request.Host.Host;
        if (checksHosts && !IsKnown(host))
        {
            throw new ProblemException(ProblemCode.Misdirected, "This server does not answer for that host; add it to Microtome:AllowedHosts.") { Value = host };
        }

        if (allowedOrigins.Count > 0)
        {
            // Also where no origin asks: what a cache keeps of that answer lets no page read it.
            http.Response.Headers.Append("Vary", "Origin");
        }

        string origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            return next(http);
        }

        bool isAllowed = allowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
        if (isAllowed)
        {
            http.Response.Headers.AccessControlAllowOrigin = origin;
            http.Response.Headers.AccessControlExposeHeaders = Exposed;
            if (HttpMethods.IsOptions(http.Request.Method))
            {
                return AnswerPreflight(http);
            }
        }

        bool isOwn = Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Authority.Equals(http.Request.Host.Value, StringComparison.OrdinalIgnoreCase);
        if (!isAllowed && !isOwn && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method) && !HttpMethods.IsOptions(http.Request.Method))
        {
            throw new ProblemException(ProblemCode.Forbidden, "A page of another origin may not send this; add the origin to Microtome:AllowedOrigins.") { Value = origin };
        }

        return next(http);
    }

    private static Task AnswerPreflight(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.AccessControlAllowMethods = "GET, HEAD, POST, DELETE";
        http.Response.Headers.AccessControlAllowHeaders = "Authorization, X-API-Key, Content-Type, Range, If-Range, If-None-Match";
        http.Response.Headers.AccessControlMaxAge = "600";
        return Task.CompletedTask;
    }

    private bool IsKnown(string host) =>
        OwnHosts.Contains(host, StringComparer.OrdinalIgnoreCase) || allowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}
