using Microtome.Api.Security;

namespace Microtome.Api.Results;

/// <summary>How long an answer may be kept: for ever where its URL pins all it depends on, else only to be asked about again.</summary>
internal static class CachePolicy
{
    private const string Again = "no-cache";
    private const string ForEver = "max-age=31536000, immutable";

    /// <summary>Starts every answer of an endpoint: nothing is kept unasked, and once keys are configured answers vary by the key.</summary>
    public static Task BeginAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint() is not null)
        {
            http.Response.Headers.CacheControl = Again;
            if (http.Caller().HasKey)
            {
                http.Response.Headers.Append("Vary", "Authorization, X-API-Key");
            }
        }

        return next(http);
    }

    /// <summary>The header's value for array data.</summary>
    public static string Of(HttpContext http, bool isPinned) =>
        !isPinned ? Again : http.Caller().HasKey ? "private, " + ForEver : "public, " + ForEver;
}
