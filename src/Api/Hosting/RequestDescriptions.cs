using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Microtome.Api.Hosting;

/// <summary>What the signatures of handlers cannot say of requests: which parameters are needed, bodies that are bytes, and examples of whole bodies.</summary>
internal sealed class RequestDescriptions : IOperationFilter
{
    private const string Binary = "application/octet-stream";
    private const string Json = "application/json";

    private static readonly string[] Needed = ["batch_size", "rows"];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (OpenApiParameter parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            parameter.Required = parameter.In == ParameterLocation.Path || Needed.Contains(parameter.Name);
        }

        if (operation.RequestBody?.Content?.TryGetValue(Binary, out OpenApiMediaType? bytes) == true)
        {
            bytes.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        }

        if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<BodyExample>().FirstOrDefault() is { } example)
        {
            operation.RequestBody!.Content![Json].Example = JsonNode.Parse(example.Json);
        }
    }
}
