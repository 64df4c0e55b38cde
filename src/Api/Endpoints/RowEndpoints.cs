using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Mvc;
using Microtome.Api.Contracts;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Requests;
using Microtome.Api.Results;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sampling;

namespace Microtome.Api.Endpoints;

/// <summary>Many rows at once: gathers.</summary>
internal static class RowEndpoints
{
    private static readonly string[] Formats = ["safetensors", "npy", "raw", "npz", "json"];

    public static IEndpointRouteBuilder MapRows(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1/datasets/{dataset}/rows").WithTags("Rows");
        group.MapMethods("", [HttpMethods.Get, HttpMethods.Head], GetRows).ProducesArrays(Formats).MayBeShort();
        group.MapPost("", PostRows).ProducesArrays(Formats).Accepts<GatherContract>("application/json", "application/octet-stream");
        return routes;
    }

    /// <summary>Gathers rows by their numbers.</summary>
    /// <remarks>Rows come back in the order asked, duplicates included, every array aligned.</remarks>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="rows" example="5,1,9,5">Row numbers; negative ones count from the end.</param>
    internal static async Task<BatchResult> GetRows(
        string dataset,
        [FromQuery] string? rows,
        [AsParameters] GatherQuery query,
        HttpContext http,
        DatasetAccess access,
        FormatNegotiation formats,
        GatherPlans plans,
        ServerLimits limits,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        long[] said = RowList.Parse(rows ?? throw ProblemException.Bad("rows", null, "rows= is required, as in rows=5,1,9."), limits.MaxRows);
        long[] numbers = RowList.Resolve(said, opened.Rows);
        IBatchEncoder encoder = formats.Choose(query.Format, http.Request.Headers.Accept, Formats);
        return await GatherAsync(http, opened, numbers, plans.Plan(opened, query, addsValid: false, encoder.HoldsTexts), encoder, query, isGet: true, cancellationToken);
    }

    /// <summary>Gathers rows by their numbers, given as JSON or as little-endian int64.</summary>
    /// <remarks>JSON: `{"rows":[5,1,9,5], "arrays":["x","y"], "select":{"x":"0:32,0:32"}, "transform":{"x":"cast(f4)|div(255)"}}`. With a binary body the rest are query parameters.</remarks>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    internal static async Task<BatchResult> PostRows(
        string dataset,
        [AsParameters] GatherQuery query,
        HttpContext http,
        DatasetAccess access,
        FormatNegotiation formats,
        ServerLimits limits,
        PostedRows posted,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        PostedRows.Share share = posted.Open();
        http.Response.RegisterForDispose(share); // The answer may wait for its turn with the list in hand.
        (long[] said, GatherRequest request) = await GatherBody.ReadAsync(http.Request, query, limits, share, cancellationToken);
        long[] numbers = RowList.Resolve(said, opened.Rows);
        IBatchEncoder encoder = formats.Choose(query.Format, http.Request.Headers.Accept, Formats);
        GatherTemplate template = GatherPlanner.Plan(opened, request, limits, addsValid: false, encoder.HoldsTexts);
        return await GatherAsync(http, opened, numbers, template, encoder, query, isGet: false, cancellationToken);
    }

    private static async Task<BatchResult> GatherAsync(
        HttpContext http,
        Dataset dataset,
        long[] rows,
        GatherTemplate template,
        IBatchEncoder encoder,
        GatherQuery query,
        bool isGet,
        CancellationToken cancellationToken)
    {
        string version = await DatasetAccess.PinAsync(dataset, query.Version, cancellationToken);
        template.Hint(rows);
        return new(dataset, template.Fill(new ListMap(rows), rows.Length), encoder)
        {
            ETag = isGet ? Tag(version, encoder, template, rows) : null,
            CacheControl = isGet ? CachePolicy.Of(http, isPinned: query.Version is not null) : "no-store",
            FileName = dataset.Name + "-rows",
            VariesByAccept = query.Format is null,
        };
    }

    private static string Tag(string version, IBatchEncoder encoder, GatherTemplate template, ReadOnlySpan<long> rows)
    {
        DefaultInterpolatedStringHandler request = new(0, rows.Length + 1, CultureInfo.InvariantCulture);
        request.AppendLiteral("rows");
        foreach (long row in rows)
        {
            request.AppendLiteral(",");
            request.AppendFormatted(row);
        }

        request.AppendFormatted(template.Canonical);
        return EntityTag.Of(version, encoder.Name, ref request);
    }
}
