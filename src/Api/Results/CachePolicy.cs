using Microtome.Api.Security;

namespace Microtome.Api.Results;

/// <summary>How long an answer may be kept: for ever where its URL pins all it depends on, else only to be asked about again.</summary>
internal static class CachePolicy
{
    private const string Again = "no-cache";
    private const string ForEver = "max-age=31536000, immutable";

    /// <summary>The header's value; also says what the answer varies by once keys are configured.</summary>
    public static string Apply(HttpContext http, bool isPinned)
    {
        bool keyed = http.Caller().HasKey;
        if (keyed)
        {
            http.Response.Headers.Append("Vary", "Authorization, X-API-Key");
        }

        return !isPinned ? Again : keyed ? "private, " + ForEver : "public, " + ForEver;
    }
}
