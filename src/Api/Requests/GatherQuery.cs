using Microsoft.AspNetCore.Mvc;

namespace Microtome.Api.Requests;

/// <summary>The parameters that say which arrays are gathered, and in what form.</summary>
internal readonly record struct GatherQuery
{
    /// <summary>Array names, as in `x,y`; `@rows` adds the row numbers. Omitted: all aligned arrays.</summary>
    [FromQuery(Name = "arrays")]
    public string? Arrays { get; init; }

    /// <summary>What is read of each row of one array, over the axes after the first, as in `x:0:32,0:32`. Repeatable.</summary>
    [FromQuery(Name = "select")]
    public string[]? Select { get; init; }

    /// <summary>What is done to one array on the way, as in `x:cast(f4)|div(255)`. Repeatable.</summary>
    [FromQuery(Name = "transform")]
    public string[]? Transform { get; init; }

    /// <summary>safetensors (default), npy or raw (exactly one array), npz or json. Else by `Accept`.</summary>
    [FromQuery(Name = "format")]
    public string? Format { get; init; }

    /// <summary>Pins the dataset's content: 409 if it has changed.</summary>
    [FromQuery(Name = "version")]
    public string? Version { get; init; }
}
