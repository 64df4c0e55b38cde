using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Requests;
using Microtome.Api.Results;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Selections;
using Microtome.Datasets.Transforms;

namespace Microtome.Api.Endpoints;

/// <summary>Slices of one array.</summary>
internal static class ArrayEndpoints
{
    private const string Picture = "png";

    private static readonly string[] TextFormats = ["json", "csv", "npy", "raw", "safetensors", Picture];
    private static readonly string[] Formats = ["npy", "raw", "safetensors", "json", "csv", Picture];

    public static IEndpointRouteBuilder MapArrays(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/v1/datasets/{dataset}/arrays/{**array}", [HttpMethods.Get, HttpMethods.Head], GetSlice)
            .WithTags("Arrays")
            .MayBeShort()
            .ProducesArrays(Formats);
        return routes;
    }

    /// <summary>Reads a slice of one array.</summary>
    /// <remarks>`select` is NumPy basic indexing over all axes: `10:20,:,::2`, negative indices, `...`, and on axis 0 a list `(5,1,9)`.</remarks>
    /// <param name="dataset" example="digits">The dataset's name.</param>
    /// <param name="array" example="images">The array's name; slashes stand as they are, or as %2F.</param>
    internal static async Task<IResult> GetSlice(
        string dataset,
        string? array,
        [AsParameters] SliceQuery query,
        HttpContext http,
        DatasetAccess access,
        FormatNegotiation formats,
        ServerLimits limits,
        CancellationToken cancellationToken)
    {
        Dataset opened = access.Open(http, dataset);
        Selection selection = GatherPlanner.ParseSelection(query.Select, limits);
        string version = await DatasetAccess.PinAsync(opened, query.Version, cancellationToken);
        DatasetArray stored = GatherPlanner.Find(opened, Unescape(opened, array ?? ""), holdsTexts: true);
        IBatchEncoder encoder = formats.Choose(query.Format, http.Request.Headers.Accept, stored.Texts is null ? Formats : TextFormats);
        if (stored.Texts is not null && !encoder.HoldsTexts)
        {
            throw new ProblemException(ProblemCode.NotAcceptable, $"The array {stored.Name} holds texts ({stored.Dtype}), which go as json or csv.") { Parameter = "format", Value = encoder.Name };
        }

        BatchArray slice = Slice(stored, selection, query, limits, out string transform);
        Batch batch = new([slice], IsBare: true) { SheetColumns = ColumnsOf(query, encoder), IsTransformed = slice is TransformedArray };
        if (encoder.Name == Picture && encoder.Refuse(batch) is null)
        {
            http.Response.Headers["X-Sheet"] = PngSheet.TryMake(slice.Shape, query.Columns, out _)!.ToString();
        }

        return new BatchResult(opened, batch, encoder)
        {
            ETag = EntityTag.Of(version, encoder.Name, $"{stored.Name}\t{selection}\t{query.Columns}\t{transform}"),
            CacheControl = CachePolicy.Of(http, isPinned: query.Version is not null),
            FileName = $"{opened.Name}-{stored.Name.Replace('/', '-')}",
            VariesByAccept = query.Format is null,
        };
    }

    private static int? ColumnsOf(SliceQuery query, IBatchEncoder encoder) => query.Columns switch
    {
        null => null,
        _ when encoder.Name != Picture => throw ProblemException.Bad("columns", null, "columns= goes with format=png."),
        < 1 => throw ProblemException.Bad("columns", query.Columns.ToString(), "columns is at least 1."),
        _ => query.Columns,
    };

    /// <summary>A name with %2F in it arrives so: a slash, unless the array is really called that.</summary>
    private static string Unescape(Dataset dataset, string name) =>
        dataset.TryGetArray(name, out _) ? name : name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static BatchArray Slice(DatasetArray array, Selection selection, SliceQuery query, ServerLimits limits, out string canonical)
    {
        try
        {
            if (array.Texts is { } texts)
            {
                GatherPlanner.RequireNoTransform(array, query.Transform);
                ResolvedSelection shown = selection.Resolve(texts.Shape);
                canonical = "";
                return new TextArray(array.Name, new(texts, shown.Inner, shown.Row), shown.Rows, shown.Shape);
            }

            ArraySpec spec = array.Source!.Spec;
            ResolvedSelection resolved = selection.Resolve(spec.Shape);
            StoredArray stored = new(array.Name, array.Source, resolved.Rows, new(spec, resolved.Inner, resolved.Row), resolved.Shape);
            BoundTransform? transform = TransformPlanner.Plan(query.Transform, spec.Dtype, resolved.Row, limits, out canonical);
            return transform is null
                ? stored
                : new TransformedArray(array.Name, stored, transform, resolved.KeepsRows ? transform.Row.WithLeading(resolved.Rows.Length) : transform.Row);
        }
        catch (SelectionRangeException error)
        {
            throw GatherPlanner.OutOfRange(error, query.Select);
        }
    }
}
