using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microtome.Api.Contracts;
using Microtome.Api.Limits;
using Microtome.Api.Requests;
using Microtome.Api.Results;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sampling;

namespace Microtome.Api.Endpoints;

/// <summary>Epochs: batches by address, streams of them, and what an epoch will be.</summary>
internal static class EpochEndpoints
{
    private static readonly string[] BatchFormats = ["safetensors", "npy", "raw", "npz", "json"];
    private static readonly string[] OrderFormats = ["npy", "json"];

    public static IEndpointRouteBuilder MapEpochs(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1/datasets/{dataset}/epochs/{epoch}").WithTags("Epochs");
        group.MapMethods("batches/{step}", [HttpMethods.Get, HttpMethods.Head], GetBatch).ProducesArrays(BatchFormats).MayBeShort();
        group.MapGet("stream", GetStream).ProducesFrames();
        group.MapGet("plan", GetPlan).AlsoHead();
        group.MapMethods("order", [HttpMethods.Get, HttpMethods.Head], GetOrder).ProducesArrays(OrderFormats);
        return routes;
    }

    /// <summary>Reads one batch of an epoch.</summary>
    /// <remarks>A pure function of its URL and the dataset's version: resuming is asking for the next step.</remarks>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="epoch" example="0">The number of the pass.</param>
    /// <param name="step" example="0">The number of the batch within the epoch, from 0.</param>
    internal static async Task<BatchResult> GetBatch(
        string dataset,
        ulong epoch,
        ulong step,
        [AsParameters] OrderQuery orderQuery,
        [AsParameters] BatchQuery batchQuery,
        [AsParameters] GatherQuery gatherQuery,
        HttpContext http,
        DatasetAccess access,
        ViewResolver views,
        FormatNegotiation formats,
        GatherPlans plans,
        ServerLimits limits,
        EpochWalks walks,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        string version = await DatasetAccess.PinAsync(opened, gatherQuery.Version, cancellationToken);
        OrderRequest order = await OrderRequest.OfAsync(opened, version, epoch, orderQuery, views, cancellationToken);
        EpochRequest request = EpochRequest.Of(order, batchQuery, limits);
        IBatchEncoder encoder = formats.Choose(gatherQuery.Format, http.Request.Headers.Accept, BatchFormats);
        bool isPadded = request.Epoch.Tail == Tail.Pad;
        GatherTemplate template = plans.Plan(opened, gatherQuery, addsValid: isPadded && encoder.HoldsSeveral, encoder.HoldsTexts);
        if (step >= (ulong)request.Epoch.Steps)
        {
            throw request.PastEnd(step);
        }

        StepSlice slice = request.Epoch.SliceOf((long)step);
        PooledRows rows = new();
        request.Epoch.CopyRows(slice, rows.Resize((int)slice.Count));
        SetHeaders(http, request, (long)step, slice, isPadded);
        return new(opened, template.Fill(rows, slice.Valid), encoder)
        {
            ETag = EntityTag.Of(version, encoder.Name, $"step {step} of {request}{template.Canonical}"),
            CacheControl = CachePolicy.Of(http, isPinned: gatherQuery.Version is not null && order.View.IsStable),
            FileName = string.Create(CultureInfo.InvariantCulture, $"{opened.Name}-epoch-{epoch}-step-{step}"),
            VariesByAccept = gatherQuery.Format is null,
            BeforeReading = () =>
            {
                template.Hint(rows.Span);
                walks.Pass(request.WalkKey(opened.Name), template, request.Epoch, (long)step);
            },
            Rows = rows,
        };
    }

    /// <summary>Reads the steps of an epoch one after the other, as frames or concatenated .npy.</summary>
    /// <remarks>A slow reader slows the server; a stream without its END frame was cut, and the reader asks again from the first step it has not used.</remarks>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="epoch" example="0">The number of the pass.</param>
    /// <param name="start" example="0">The first step. Default 0.</param>
    /// <param name="stop" example="3">One past the last step; clipped to the epoch. Default: all.</param>
    internal static async Task<StreamResult> GetStream(
        string dataset,
        ulong epoch,
        [FromQuery] long? start,
        [FromQuery] long? stop,
        [AsParameters] OrderQuery orderQuery,
        [AsParameters] BatchQuery batchQuery,
        [AsParameters] GatherQuery gatherQuery,
        HttpContext http,
        DatasetAccess access,
        ViewResolver views,
        FormatNegotiation formats,
        GatherPlans plans,
        ServerLimits limits,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        string version = await DatasetAccess.PinAsync(opened, gatherQuery.Version, cancellationToken);
        OrderRequest order = await OrderRequest.OfAsync(opened, version, epoch, orderQuery, views, cancellationToken);
        EpochRequest request = EpochRequest.Of(order, batchQuery, limits);
        IBatchEncoder? plain = formats.ChooseForStream(gatherQuery.Format, http.Request.Headers.Accept);
        GatherTemplate template = plans.Plan(opened, gatherQuery, addsValid: plain is null && request.Epoch.Tail == Tail.Pad);
        long from = PositionRange.NotNegative("start", start) ?? 0;
        long to = Math.Min(PositionRange.NotNegative("stop", stop) ?? long.MaxValue, request.Epoch.Steps);
        if (from > request.Epoch.Steps)
        {
            throw request.PastEnd((ulong)from);
        }

        if (gatherQuery.Format is null)
        {
            http.Response.Headers.Append("Vary", "Accept");
        }

        http.Response.Headers["X-Epoch-Steps"] = request.Epoch.Steps.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["X-Order"] = request.Order.Order.ToString();
        return new(opened, version, request, template, from, Math.Max(from, to), plain);
    }

    /// <summary>Says what an epoch will be: its steps, and the rows and bytes that the asked rank receives. No data is read.</summary>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="epoch" example="0">The number of the pass.</param>
    internal static async Task<EpochPlan> GetPlan(
        string dataset,
        ulong epoch,
        [AsParameters] OrderQuery orderQuery,
        [AsParameters] BatchQuery batchQuery,
        [AsParameters] GatherQuery gatherQuery,
        HttpContext http,
        DatasetAccess access,
        ViewResolver views,
        GatherPlans plans,
        ServerLimits limits,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        string version = await DatasetAccess.PinAsync(opened, gatherQuery.Version, cancellationToken);
        OrderRequest order = await OrderRequest.OfAsync(opened, version, epoch, orderQuery, views, cancellationToken);
        EpochRequest request = EpochRequest.Of(order, batchQuery, limits);
        GatherTemplate template = plans.Plan(opened, gatherQuery, addsValid: request.Epoch.Tail == Tail.Pad);
        http.Response.Headers.CacheControl = CachePolicy.Of(http, isPinned: gatherQuery.Version is not null && order.View.IsStable);
        long rows = request.Epoch.RankRows();
        Epoch planned = request.Epoch;
        return new(
            planned.Steps,
            rows,
            checked(rows * template.RowBytes),
            DecodeCost.Amplification(template, request.Order.Order, order.View.Rows.Length, planned.Shard.Of(Math.Min(planned.BatchSize, order.View.Rows.Length)).Count),
            DecodeCost.DecodedPart(template),
            request.Order.Order.VarianceInflation(order.View.Rows.Length, opened.ChunkRows, planned.BatchSize));
    }

    /// <summary>Reads row numbers by their position in the order, before tail and ranks.</summary>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="epoch" example="0">The number of the pass.</param>
    /// <param name="start" example="0">The first position. Default 0.</param>
    /// <param name="stop" example="10">One past the last position; clipped to the view. Default: all.</param>
    /// <param name="step" example="1">Every how many positions. Default 1.</param>
    /// <param name="format">npy (default) or json. Else by `Accept`.</param>
    /// <param name="version">Pins the dataset's content: 409 if it has changed.</param>
    internal static async Task<BatchResult> GetOrder(
        string dataset,
        ulong epoch,
        [FromQuery] long? start,
        [FromQuery] long? stop,
        [FromQuery] long? step,
        [FromQuery] string? format,
        [FromQuery] string? version,
        [AsParameters] OrderQuery orderQuery,
        HttpContext http,
        DatasetAccess access,
        ViewResolver views,
        FormatNegotiation formats,
        ServerLimits limits,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        string current = await DatasetAccess.PinAsync(opened, version, cancellationToken);
        OrderRequest request = await OrderRequest.OfAsync(opened, current, epoch, orderQuery, views, cancellationToken);
        IBatchEncoder encoder = formats.Choose(format, http.Request.Headers.Accept, OrderFormats);
        PositionRange range = PositionRange.Of(request.Rows.Length, start, stop, step, limits.MaxRows);
        http.Response.Headers["X-Order"] = request.Order.ToString();
        return new(opened, new([ComputedArray.Rows(range.Of(request.Rows))], IsBare: true), encoder)
        {
            ETag = EntityTag.Of(current, encoder.Name, $"order {request} {range}"),
            CacheControl = CachePolicy.Of(http, isPinned: version is not null && request.View.IsStable),
            FileName = string.Create(CultureInfo.InvariantCulture, $"{opened.Name}-epoch-{epoch}-order"),
            VariesByAccept = format is null,
        };
    }

    private static void SetHeaders(HttpContext http, EpochRequest request, long step, StepSlice slice, bool isPadded)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers["X-Epoch-Steps"] = request.Epoch.Steps.ToString(CultureInfo.InvariantCulture);
        headers["X-Order"] = request.Order.Order.ToString();
        if (isPadded)
        {
            headers["X-Valid-Rows"] = slice.Valid.ToString(CultureInfo.InvariantCulture);
        }

        if (step + 1 < request.Epoch.Steps)
        {
            headers.Link = NextLink.Of(http.Request, step + 1, request.Order.Order);
        }
    }
}
