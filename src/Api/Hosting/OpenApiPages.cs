using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.OpenApi;
using Microtome.Api.Endpoints;
using Microtome.Datasets.Profiles.Measuring;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Microtome.Api.Hosting;

/// <summary>The contract as OpenAPI, generated from the code by Swashbuckle: <c>/openapi.yaml</c>, and <c>/swagger</c> to try it out.</summary>
internal static class OpenApiPages
{
    /// <summary>The document is named by where it is served: /openapi.yaml.</summary>
    private const string Document = "openapi";

    private const string Pages = "swagger";

    public static IServiceCollection AddOpenApiPages(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        // The route below has this constraint; the slim host leaves it out.
        services.Configure<RouteOptions>(routes => routes.SetParameterPolicy<RegexInlineRouteConstraint>("regex"));
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc(Document, new OpenApiInfo
            {
                Title = "Microtome",
                Version = "1",
                Description = "Thin slices of huge arrays: the rows that a trainer needs, of HDF5 and .npy files that stay where they are.",
            });
            options.IncludeXmlComments(Path.Combine(AppContext.BaseDirectory, "Microtome.Api.xml"));
            options.SupportNonNullableReferenceTypes();
            options.OperationFilter<RequestDescriptions>();
            options.DocInclusionPredicate((_, endpoint) => endpoint.HttpMethod != HttpMethods.Head || !HeadRequests.IsImplied(endpoint.ActionDescriptor.EndpointMetadata));
            AddKey(options, "bearer", new() { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key of Microtome:ApiKeys, where there are any." });
            AddKey(options, "key", new() { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-API-Key", Description = "The same, in a header of its own." });
            options.MapType<ElementNumber>(() => new OpenApiSchema { Type = JsonSchemaType.Number, Description = "NaN and infinities are \"NaN\", \"Infinity\" and \"-Infinity\"." });
        });
        return services;
    }

    private static void AddKey(SwaggerGenOptions options, string name, OpenApiSecurityScheme scheme)
    {
        options.AddSecurityDefinition(name, scheme);
        options.AddSecurityRequirement(document => new() { [new OpenApiSecuritySchemeReference(name, document)] = [] });
    }

    /// <summary>
    /// Serves the document and its pages. Requests for anything else, which are nearly all, do not pass through them; and they are put
    /// together when the first is asked for, not while the server starts.
    /// </summary>
    public static void UseOpenApiPages(this WebApplication app) => app.Use(next =>
    {
        Lazy<RequestDelegate> pages = new(() => Build(((IApplicationBuilder)app).New(), next));
        return http => IsWanted(http) ? pages.Value(http) : next(http);
    });

    private static RequestDelegate Build(IApplicationBuilder pages, RequestDelegate next)
    {
        pages.UseSwagger(options => options.RouteTemplate = "openapi.{extension:regex(^(json|yaml)$)}".Replace("openapi", "{documentName}", StringComparison.Ordinal));
        pages.UseSwaggerUI(options =>
        {
            options.RoutePrefix = Pages;
            options.SwaggerEndpoint("/openapi.yaml", "Microtome");
            options.DocumentTitle = "Microtome API";
        });
        pages.Run(next);
        return pages.Build();
    }

    private static bool IsWanted(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/" + Pages) || http.Request.Path.Value?.StartsWith("/" + Document, StringComparison.OrdinalIgnoreCase) == true;
}
