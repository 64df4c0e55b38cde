using Microtome.Datasets.Encoders;

namespace Microtome.Api.Results;

/// <summary>What endpoints that answer with arrays say of themselves to OpenAPI.</summary>
internal static class AnswerMetadata
{
    private const string Binary = "application/octet-stream";

    private static readonly Dictionary<string, string> MediaTypes = new()
    {
        ["npy"] = "application/x-npy",
        ["raw"] = Binary,
        ["safetensors"] = "application/vnd.safetensors",
        ["json"] = "application/json",
        ["csv"] = "text/csv",
        ["png"] = "image/png",
        ["npz"] = "application/x-npz",
    };

    public static RouteHandlerBuilder ProducesArrays(this RouteHandlerBuilder endpoint, string[] formats)
    {
        string[] types = [.. formats.Select(format => MediaTypes[format])];
        return endpoint.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Stream), types));
    }

    public static RouteHandlerBuilder ProducesFrames(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Stream), [FrameWriter.MediaType, MediaTypes["npy"]]));
}
