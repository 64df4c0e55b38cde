using System.Text.Encodings.Web;
using System.Text.Json;
using Microtome.Api.Problems;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Selections;

namespace Microtome.Api.Results;

/// <summary>
/// A slice of an array of texts as an answer: nested lists of JSON strings, written as they are read. A file that changed ends in
/// 503 before the first byte, and in an aborted connection after it.
/// </summary>
internal sealed class TextResult(Dataset dataset, ITextSource texts, ResolvedSelection selection) : IResult
{
    /// <summary>Written bytes at which they are sent.</summary>
    private const int FlushBytes = 32 * 1024;

    /// <summary>Texts are read by people: only what JSON must escape is escaped.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The strong tag, in its quotes.</summary>
    public required string ETag { get; init; }

    public required string CacheControl { get; init; }

    /// <summary>Whether the format came from <c>Accept</c>.</summary>
    public bool VariesByAccept { get; init; }

    public async Task ExecuteAsync(HttpContext http)
    {
        HttpResponse response = http.Response;
        response.Headers.CacheControl = CacheControl;
        response.Headers.ETag = ETag;
        response.Headers["X-Array-Shape"] = selection.Shape.ToString();
        if (VariesByAccept)
        {
            response.Headers.Append("Vary", "Accept");
        }

        if (BatchResult.IsNotModified(http.Request, ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json";
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return;
        }

        ReadAdmission reads = http.RequestServices.GetRequiredService<ReadAdmission>();
        if (!await reads.TryEnterAsync(http.RequestAborted))
        {
            throw ProblemException.Overloaded();
        }

        try
        {
            RequireUnchanged();
            await using Utf8JsonWriter json = new(response.BodyWriter, Readable);
            await WriteAsync(json, 0, new TextPlaces(texts, selection), http.RequestAborted);
            RequireUnchanged(); // The last bytes are still here.
            await json.FlushAsync(http.RequestAborted);
        }
        finally
        {
            reads.Leave();
        }
    }

    private void RequireUnchanged()
    {
        if (!dataset.IsUnchanged())
        {
            throw new ArrayReadException("A file of the dataset changed while it was served.");
        }
    }

    private async ValueTask WriteAsync(Utf8JsonWriter json, int axis, TextPlaces places, CancellationToken cancellationToken)
    {
        if (axis == selection.Shape.Rank)
        {
            json.WriteStringValue(await places.NextAsync(cancellationToken));
            if (json.BytesPending >= FlushBytes)
            {
                await json.FlushAsync(cancellationToken);
            }

            return;
        }

        json.WriteStartArray();
        for (long i = 0; i < selection.Shape[axis]; i++)
        {
            await WriteAsync(json, axis + 1, places, cancellationToken);
        }

        json.WriteEndArray();
    }

    /// <summary>The texts of a selection in C order, read ahead in blocks.</summary>
    private sealed class TextPlaces(ITextSource texts, ResolvedSelection selection)
    {
        private const int BlockTexts = 1024;

        private readonly string[] _block = new string[BlockTexts];
        private readonly long _perRow = selection.Inner.Count;
        private long _next;
        private int _at;
        private int _filled;

        public async ValueTask<string> NextAsync(CancellationToken cancellationToken)
        {
            if (_at == _filled)
            {
                await FillAsync(cancellationToken);
            }

            return _block[_at++];
        }

        private async ValueTask FillAsync(CancellationToken cancellationToken)
        {
            _filled = (int)Math.Min(BlockTexts, (selection.Rows.Length * _perRow) - _next);
            _at = 0;
            for (int done = 0; done < _filled;)
            {
                long first = PlaceOf(_next + done);
                int count = 1;
                while (done + count < _filled && PlaceOf(_next + done + count) == first + count)
                {
                    count++;
                }

                await texts.ReadAsync(first, _block.AsMemory(done, count), cancellationToken);
                done += count;
            }

            _next += _filled;
        }

        /// <summary>Where the text of this number within the selection lies in the array.</summary>
        private long PlaceOf(long number)
        {
            long within = number % _perRow;
            long place = 0;
            long stride = 1;
            Shape row = texts.Shape.Row;
            for (int axis = selection.Inner.Axes.Length - 1; axis >= 0; axis--)
            {
                AxisRange range = selection.Inner.Axes[axis];
                place += (range.Start + (within % range.Count * range.Step)) * stride;
                within /= range.Count;
                stride *= row[axis];
            }

            return (selection.Rows[number / _perRow] * stride) + place;
        }
    }
}
