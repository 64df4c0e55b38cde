using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microtome.Api.Contracts;
using Microtome.Api.Hosting;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Requests;
using Microtome.Api.Results;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Views;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Api.Endpoints;

/// <summary>Views: which rows of a dataset, under a name or as an expression.</summary>
internal static class ViewEndpoints
{
    private static readonly string[] RowFormats = ["npy", "json"];

    public static IEndpointRouteBuilder MapViews(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1/datasets/{dataset}/views").WithTags("Views").AlsoHead();
        group.MapGet("", GetViews).Produces<ViewList>();
        group.MapPost("", PostView).Accepts<ViewContract>("application/json", "application/octet-stream")
            .WithMetadata(new BodyExample("""{"name":"first","expression":"slice(0:100)"}"""));
        group.MapGet("{view}", GetView);
        group.MapDelete("{view}", DeleteView);
        routes.MapMethods("/v1/datasets/{dataset}/views/{view}/rows", [HttpMethods.Get, HttpMethods.Head], GetViewRows).WithTags("Views").ProducesArrays(RowFormats);
        return routes;
    }

    /// <summary>Lists the views that have names; with `expression`, works that out and counts its rows and classes, with nothing stored.</summary>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="expression">What is counted, as `view=` says it: then the answer is `{id, expression, rows, classes, by, version}`.</param>
    /// <param name="by">The array whose classes are counted. Default: the labels.</param>
    /// <param name="version">Pins the dataset's content: 409 if it has changed.</param>
    internal static async Task<IResult> GetViews(
        string dataset,
        [FromQuery] string? expression,
        [FromQuery] string? by,
        [FromQuery] string? version,
        HttpContext http,
        DatasetAccess access,
        ViewBook book,
        ViewResolver views,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        string current = await DatasetAccess.PinAsync(opened, version, cancellationToken);
        if (expression is not null)
        {
            return TypedResults.Ok(await DescribeAsync(opened, current, expression, by, views, book, cancellationToken));
        }

        return by is null
            ? TypedResults.Ok(new ViewList([new(IdOfAll, ViewName.All, ViewName.All, null, Stored: false, HrefOf(dataset, ViewName.All)), .. book.List(opened.Name).Select(view => Summarize(opened.Name, view))]))
            : throw ProblemException.Bad("by", by, "by= goes with expression=.");
    }

    /// <summary>Stores a view under a name: an expression, or row numbers of the dataset's present version.</summary>
    /// <remarks>201 with its content-addressed id; 200 where just this is stored already; 409 where the name stands for something else.</remarks>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="name">The view's name, where the body is row numbers as little-endian int64.</param>
    /// <param name="version">Pins the dataset's content: 409 if it has changed.</param>
    internal static async Task<Results<Created<ViewDetail>, Ok<ViewDetail>>> PostView(
        string dataset,
        [FromQuery] string? name,
        [FromQuery] string? version,
        HttpContext http,
        DatasetAccess access,
        ViewBook book,
        ViewResolver views,
        ServerLimits limits,
        PostedRows posted,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        using PostedRows.Share share = posted.Open();
        ViewBody body = await ViewBody.ReadAsync(http.Request, name, limits, share, cancellationToken);
        if (!ViewName.IsFree(body.Name))
        {
            throw ProblemException.Bad("name", body.Name, "A view's name is [A-Za-z0-9][A-Za-z0-9._-]*, at most 128 characters, neither all nor an id.");
        }

        string current = await DatasetAccess.PinAsync(opened, version, cancellationToken);
        bool isNew;
        if (body.Expression is { } text)
        {
            ViewExpression expression = views.Expand(opened, text);
            await views.ResolveAsync(opened, current, text, cancellationToken); // What does not fit the dataset is not stored.
            isNew = book.Add(opened.Name, body.Name, expression).IsNew;
        }
        else
        {
            isNew = book.AddRows(opened.Name, body.Name, current, RowList.Resolve(body.Rows!, opened.Rows), opened.Rows).IsNew;
        }

        ViewDetail detail = await DescribeAsync(opened, current, body.Name, null, views, book, cancellationToken);
        return isNew ? TypedResults.Created(HrefOf(opened.Name, body.Name), detail) : TypedResults.Ok(detail);
    }

    /// <summary>Shows one view: how many rows it has, and how many of each class.</summary>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="view" example="all">Its name or id, or an expression.</param>
    /// <param name="by">The array whose classes are counted. Default: the labels.</param>
    /// <param name="version">Pins the dataset's content: 409 if it has changed.</param>
    internal static async Task<Ok<ViewDetail>> GetView(
        string dataset,
        string view,
        [FromQuery] string? by,
        [FromQuery] string? version,
        HttpContext http,
        DatasetAccess access,
        ViewBook book,
        ViewResolver views,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        string current = await DatasetAccess.PinAsync(opened, version, cancellationToken);
        return TypedResults.Ok(await DescribeAsync(opened, current, view, by, views, book, cancellationToken));
    }

    /// <summary>Deletes a stored view. Those of configuration stay.</summary>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="view">Its name or id.</param>
    internal static NoContent DeleteView(string dataset, string view, HttpContext http, DatasetAccess access, ViewBook book)
    {
        book.Delete(access.Open(http, dataset).Name, view);
        return TypedResults.NoContent();
    }

    /// <summary>Reads a view's row numbers by their position in it.</summary>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="view" example="all">Its name or id, or an expression.</param>
    /// <param name="start" example="0">The first position. Default 0.</param>
    /// <param name="stop" example="10">One past the last position; clipped to the view. Default: all.</param>
    /// <param name="step" example="1">Every how many positions. Default 1.</param>
    /// <param name="format">npy (default) or json. Else by `Accept`.</param>
    /// <param name="version">Pins the dataset's content: 409 if it has changed.</param>
    internal static async Task<BatchResult> GetViewRows(
        string dataset,
        string view,
        [FromQuery] long? start,
        [FromQuery] long? stop,
        [FromQuery] long? step,
        [FromQuery] string? format,
        [FromQuery] string? version,
        HttpContext http,
        DatasetAccess access,
        ViewResolver views,
        FormatNegotiation formats,
        ServerLimits limits,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        string current = await DatasetAccess.PinAsync(opened, version, cancellationToken);
        ResolvedView resolved = await views.ResolveAsync(opened, current, view, cancellationToken);
        IBatchEncoder encoder = formats.Choose(format, http.Request.Headers.Accept, RowFormats);
        PositionRange range = PositionRange.Of(resolved.Rows.Length, start, stop, step, limits.MaxRows);
        return new(opened, new([ComputedArray.Rows(range.Of(resolved.Rows))], IsBare: true), encoder)
        {
            ETag = EntityTag.Of(current, encoder.Name, $"rows of {resolved.Canonical} {range}"),
            CacheControl = CachePolicy.Of(http, isPinned: version is not null && resolved.IsStable),
            FileName = $"{opened.Name}-view-rows",
            VariesByAccept = format is null,
        };
    }

    private static string IdOfAll { get; } = ViewId.OfExpression(ViewName.All);

    private static string HrefOf(string dataset, string view) => $"/v1/datasets/{dataset}/views/{view}";

    private static ViewSummary Summarize(string dataset, NamedView view) =>
        new(view.Id, view.Name, view.Expression?.ToString(), view.Version, view.IsStored, HrefOf(dataset, view.Name));

    private static async Task<ViewDetail> DescribeAsync(
        Dataset dataset, string version, string text, string? by, ViewResolver views, ViewBook book, CancellationToken cancellationToken)
    {
        ResolvedView view = await views.ResolveAsync(dataset, version, text, cancellationToken);
        string? name = text == ViewName.All ? text : book.Find(dataset.Name, text)?.Name;
        string? array = by ?? dataset.Labels?.Array;
        ClassCounts? counts = array is null ? null : await CountAsync(dataset, version, view, array, isAsked: by is not null, views, cancellationToken);
        IReadOnlyList<ClassRows>? classes = counts is null ? null : [.. counts.Values.Select((value, at) => new ClassRows(value.ToObject(), counts.Rows[at]))];
        return new(view.Id, name, view.Expression.IsName ? null : view.Canonical, view.Rows.Length, classes, classes is null ? null : array, version);
    }

    /// <summary>The classes; null where nobody asked for them and the labels have none that can be counted.</summary>
    private static async Task<ClassCounts?> CountAsync(
        Dataset dataset, string version, ResolvedView view, string by, bool isAsked, ViewResolver views, CancellationToken cancellationToken)
    {
        try
        {
            return await views.CountAsync(dataset, version, view, by, cancellationToken);
        }
        catch (ViewException) when (!isAsked)
        {
            return null;
        }
    }
}
