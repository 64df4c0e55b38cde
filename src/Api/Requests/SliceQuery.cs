using Microsoft.AspNetCore.Mvc;

namespace Microtome.Api.Requests;

/// <summary>The parameters of a slice of one array.</summary>
internal readonly record struct SliceQuery
{
    /// <summary>NumPy basic indexing over all axes, as in `10:20,:,::2`; a list of rows on axis 0 as in `(5,1,9)`. Empty: everything.</summary>
    [FromQuery(Name = "select")]
    public string? Select { get; init; }

    /// <summary>npy (default), raw, safetensors, json, csv or png. Else by `Accept`.</summary>
    [FromQuery(Name = "format")]
    public string? Format { get; init; }

    /// <summary>What is done to the elements on the way, as in `cast(f4)|div(255)`.</summary>
    [FromQuery(Name = "transform")]
    public string? Transform { get; init; }

    /// <summary>Pins the dataset's content: 409 if it has changed.</summary>
    [FromQuery(Name = "version")]
    public string? Version { get; init; }

    /// <summary>png: how many pictures stand in a row of a contact sheet.</summary>
    [FromQuery(Name = "columns")]
    public int? Columns { get; init; }
}
