using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Microtome.Api.Hosting;

/// <summary>What the signatures of handlers cannot say of requests: parameters that are needed though they bind to null, and bodies that are bytes.</summary>
internal sealed class RequestDescriptions : IOperationFilter
{
    private const string Binary = "application/octet-stream";

    private static readonly string[] Needed = ["batch_size", "rows"];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (OpenApiParameter parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            parameter.Required |= parameter.In == ParameterLocation.Query && Needed.Contains(parameter.Name);
        }

        if (operation.RequestBody?.Content?.TryGetValue(Binary, out OpenApiMediaType? bytes) == true)
        {
            bytes.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        }
    }
}
