namespace Microtome.Api.Endpoints;

/// <summary>Endpoints whose GET is answered at once take HEAD, too (RFC 9110, section 9.1): the same headers, no body.</summary>
internal static class HeadRequests
{
    /// <summary>Adds HEAD to every endpoint of a group that has GET. OpenAPI says it only where an endpoint does by itself.</summary>
    public static TBuilder AlsoHead<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(static endpoint =>
        {
            if (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { HttpMethods: [var method] } && HttpMethods.IsGet(method))
            {
                endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
                endpoint.Metadata.Add(new Implied());
            }
        });
        return endpoints;
    }

    /// <summary>Whether an endpoint's HEAD goes without saying.</summary>
    public static bool IsImplied(IEnumerable<object> metadata) => metadata.OfType<Implied>().Any();

    private sealed class Implied;
}
