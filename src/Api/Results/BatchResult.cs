using Microsoft.Net.Http.Headers;
using Microtome.Api.Problems;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;

namespace Microtome.Api.Results;

/// <summary>
/// Arrays as an answer: headers, conditions, ranges, and the body written straight into the connection's buffers. All headers
/// are computed from metadata alone; HEAD and 304 read no data. Files that changed since they were opened end in 503 before the
/// headers, and in an aborted connection after them: a complete body is never of mixed content.
/// </summary>
internal sealed class BatchResult(Dataset dataset, Batch batch, IBatchEncoder encoder) : IResult
{
    /// <summary>The strong tag, in its quotes; null for answers to POST, which have none.</summary>
    public string? ETag { get; init; }

    public required string CacheControl { get; init; }

    /// <summary>What a downloaded file is called, without its extension.</summary>
    public required string FileName { get; init; }

    /// <summary>Whether the format came from <c>Accept</c>.</summary>
    public bool VariesByAccept { get; init; }

    /// <summary>Called once it is certain that data will be read, before it is.</summary>
    public Action? BeforeReading { get; init; }

    /// <summary>Held until the body is written.</summary>
    public IDisposable? Rows { get; init; }

    public async Task ExecuteAsync(HttpContext http)
    {
        using IDisposable? rows = Rows;
        if (!dataset.IsUnchanged())
        {
            // Nor may an answer without a body speak of content that is gone.
            throw new ArrayReadException("A file of the dataset changed.");
        }

        AnswerWriter writer = http.RequestServices.GetRequiredService<AnswerWriter>();
        long? length = writer.Check(batch, encoder);
        HttpResponse response = http.Response;
        SetHeaders(response);
        if (ETag is not null && IsNotModified(http.Request, ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        ByteWindow window = ByteWindow.Whole;
        if (ETag is not null && encoder.IsBinary && length is { } total)
        {
            response.Headers.AcceptRanges = "bytes";
            ByteRange range = ByteRange.Of(http.Request, ETag, total);
            if (!range.IsSatisfiable)
            {
                response.Headers.ContentRange = range.ToContentRange(total);
                throw new ProblemException(ProblemCode.RangeNotSatisfiable, $"The body has {total} bytes; the range lies beyond them.") { Parameter = "Range", Value = http.Request.Headers.Range };
            }

            if (range.IsPartial)
            {
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.Headers.ContentRange = range.ToContentRange(total);
                window = range.Window;
                length = window.Length;
            }
        }

        response.ContentLength = length;
        response.ContentType = encoder.MediaType;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            BeforeReading?.Invoke();
            await writer.WriteAsync(http, dataset, batch, encoder, window);
        }
    }

    /// <summary>Whether the request holds the tag already.</summary>
    private static bool IsNotModified(HttpRequest request, string etag)
    {
        if (request.Headers.IfNoneMatch.Count == 0)
        {
            return false;
        }

        foreach (EntityTagHeaderValue tag in request.GetTypedHeaders().IfNoneMatch)
        {
            if (tag.Tag == "*" || tag.Tag == etag)
            {
                return true;
            }
        }

        return false;
    }

    private void SetHeaders(HttpResponse response)
    {
        IHeaderDictionary headers = response.Headers;
        headers.CacheControl = CacheControl;
        headers.ETag = ETag;
        if (VariesByAccept)
        {
            headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        }

        if (batch.Arrays.Count == 1)
        {
            BatchArray array = batch.Arrays[0];
            headers["X-Array-Shape"] = array.Shape.ToString();
            headers["X-Array-Dtype"] = array.Dtype.Name;
        }

        headers.ContentDisposition = Disposition.Of(encoder.IsDownload, FileName, encoder.Extension);
    }
}
