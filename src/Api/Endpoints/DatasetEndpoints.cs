using Microsoft.AspNetCore.Http.HttpResults;
using Microtome.Api.Contracts;
using Microtome.Api.Problems;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Materialization;
using Microtome.Datasets.Profiles;
using Microtome.Datasets.Views;

namespace Microtome.Api.Endpoints;

/// <summary>The catalogue: which datasets there are, and what each holds.</summary>
internal static class DatasetEndpoints
{
    /// <summary>Arrays that the list names of each dataset; its detail has them all.</summary>
    private const int MaxListedArrays = 32;

    public static IEndpointRouteBuilder MapDatasets(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1/datasets").WithTags("Datasets").AlsoHead();
        group.MapGet("", ListDatasets);
        group.MapGet("{dataset}", GetDataset);
        group.MapDelete("{dataset}", DeleteDataset);
        return routes;
    }

    /// <summary>Lists the datasets.</summary>
    internal static async Task<Ok<DatasetList>> ListDatasets(HttpContext http, DatasetAccess access, ViewBook book, CancellationToken cancellationToken)
    {
        List<DatasetSummary> summaries = [];
        foreach (Dataset dataset in access.List(http))
        {
            summaries.Add(await SummarizeAsync(dataset, book, cancellationToken));
        }

        return TypedResults.Ok(new DatasetList(summaries));
    }

    /// <summary>Shows one dataset with every array.</summary>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    internal static async Task<Ok<DatasetDetail>> GetDataset(string dataset, HttpContext http, DatasetAccess access, ViewBook book, ComputedColumns columns, CancellationToken cancellationToken) =>
        TypedResults.Ok(await DescribeAsync(access.Open(http, dataset), book, columns, cancellationToken));

    /// <summary>Removes a dataset that a materialize made, and only such.</summary>
    /// <remarks>Answers that are under way finish on its files. Other datasets are files that the server only reads: 403.</remarks>
    /// <param name="dataset" example="small">The dataset's name.</param>
    internal static async Task<NoContent> DeleteDataset(string dataset, HttpContext http, DatasetAccess access, DatasetCatalogue catalogue, MadeDatasets made, CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        if (opened.IsMade && made.Remove(dataset))
        {
            await catalogue.ScanAsync(cancellationToken);
            return TypedResults.NoContent();
        }

        throw new ProblemException(ProblemCode.Forbidden, $"The dataset {dataset} was not made by a materialize; the server only reads its files, and removes none of them.") { Value = dataset };
    }

    private static async ValueTask<DatasetSummary> SummarizeAsync(Dataset dataset, ViewBook book, CancellationToken cancellationToken) => new(
        dataset.Name,
        await dataset.GetVersionAsync(cancellationToken),
        dataset.Rows,
        dataset.Bytes,
        dataset.Arrays.Count,
        [.. dataset.Arrays.Take(MaxListedArrays).Select(array => new ArraySummary(array.Name, array.Dtype, array.Shape.Lengths.ToArray()))],
        [ViewName.All, .. book.List(dataset.Name).Select(view => view.Name)],
        "/v1/datasets/" + dataset.Name);

    private static async ValueTask<DatasetDetail> DescribeAsync(Dataset dataset, ViewBook book, ComputedColumns columns, CancellationToken cancellationToken)
    {
        DatasetSummary summary = await SummarizeAsync(dataset, book, cancellationToken);
        return new(
            summary.Name,
            summary.Version,
            summary.Rows,
            summary.Bytes,
            summary.ArrayCount,
            [.. dataset.Arrays.Select(array => Describe(array, columns.FindStatistics(dataset.ContentOf(summary.Version), array.Name)))],
            summary.Views,
            summary.Href,
            dataset.Labels is { } labels ? new(labels.Array, labels.Names) : null,
            dataset.Attributes);
    }

    private static ArrayDetail Describe(DatasetArray array, ArrayStatistics? statistics) => new(
        array.Name,
        array.Dtype,
        array.Shape.Lengths.ToArray(),
        array.Chunks?.Lengths.ToArray(),
        array.Filters,
        array.StoredBytes,
        array.Bytes,
        array.IsAligned,
        new(array.Format, array.Path),
        array.Attributes,
        array.Aliases,
        array.Source is not null,
        array.Reason,
        statistics);
}
