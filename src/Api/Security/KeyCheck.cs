using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microtome.Api.Problems;

namespace Microtome.Api.Security;

/// <summary>
/// Asks for a key, where there are any, but for the health probes and the files that a browser loads before it can send one.
/// Every configured key is compared, in constant time, whatever was sent.
/// </summary>
internal sealed class KeyCheck(IReadOnlyList<ApiKey> keys)
{
    private const string Scheme = "Bearer ";

    /// <summary>What needs no key, beside the page's document (contract, section 9). Whatever else there is or is not, a stranger is not told.</summary>
    private static readonly PathString[] Public = ["/healthz/live", "/healthz/ready", "/openapi.yaml", "/openapi.json", "/swagger", "/page"];

    /// <summary>One constant text: nothing tells a missing key from a wrong one.</summary>
    private static readonly ProblemException Refusal = new(ProblemCode.Unauthorized, "Send a key as Authorization: Bearer KEY, or as X-API-Key.");

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        ApiKey? key = Find(http.Request.Headers);
        if (key is null && !IsPublic(http))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await ProblemWriter.WriteAsync(http, Refusal);
            return;
        }

        Caller caller = key is null ? Caller.Stranger : new(key);
        if (!caller.CanManage && ChangesSomething(http.Request))
        {
            throw new ProblemException(ProblemCode.Forbidden, "This key may read; storing, deleting and jobs need one with the scope manage.");
        }

        http.Features.Set(caller);
        await next(http);
    }

    private static bool IsPublic(HttpContext http) => http.Request.Path is { Value: "" or "/" } || Array.Exists(Public, http.Request.Path.StartsWithSegments);

    /// <summary>A gather is a read, though it is posted.</summary>
    private static bool ChangesSomething(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method)
        && !(HttpMethods.IsPost(request.Method) && request.Path.Value!.TrimEnd('/').EndsWith("/rows", StringComparison.OrdinalIgnoreCase));

    private ApiKey? Find(IHeaderDictionary headers)
    {
        string sent = headers.TryGetValue("X-API-Key", out StringValues values) ? values.ToString() : "";
        string authorization = headers.Authorization.ToString();
        if (sent.Length == 0 && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            sent = authorization[Scheme.Length..].Trim();
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(sent), hash);
        ApiKey? found = null;
        foreach (ApiKey key in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, key.Hash) && sent.Length > 0)
            {
                found = key;
            }
        }

        return found;
    }
}
