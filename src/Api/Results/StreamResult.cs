using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Requests;
using Microtome.Api.Telemetry;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Storage;

namespace Microtome.Api.Results;

/// <summary>
/// The steps [<paramref name="start"/>, <paramref name="stop"/>) of an epoch, one after the other, with the reader's own pace: what it
/// does not take costs no memory. An error between two steps is a frame of its own; one within a step aborts the connection.
/// </summary>
internal sealed class StreamResult(
    Dataset dataset, string version, EpochRequest request, GatherTemplate template, long start, long stop, IBatchEncoder? plain) : IResult
{
    /// <summary>How often a stream says that it is alive while it waits for a place among the readers of data.</summary>
    private static readonly TimeSpan IdleFrame = TimeSpan.FromSeconds(10);

    /// <summary>A reader that does not take one step within this time is gone. Kestrel's own minimum of bytes a second would cut off a paused trainer.</summary>
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(30);

    /// <summary>Without it a dtype would read <c>\u003cf4</c>.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task ExecuteAsync(HttpContext http)
    {
        if (plain is null && FrameWriter.Refuse(template.Fill(RangeMap.All(0), 0)) is { } reason)
        {
            throw new ProblemException(ProblemCode.NotAcceptable, reason);
        }

        if (!dataset.IsUnchanged())
        {
            throw new ArrayReadException("A file of the dataset changed.");
        }

        StreamAdmission streams = http.RequestServices.GetRequiredService<StreamAdmission>();
        using IDisposable place = streams.Enter();
        ReadAdmission reads = http.RequestServices.GetRequiredService<ReadAdmission>();
        RunLoans loans = http.RequestServices.GetRequiredService<RunLoans>();
        http.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
        http.Response.ContentType = plain?.MediaType ?? FrameWriter.MediaType;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        DirectPath? path = http.RequestServices.GetRequiredService<SendPath>().OfStream(http, out bool isChunked);
        StreamBody body = new(new(http.Response.BodyWriter, ByteWindow.Whole, reads, path) { HoldsPlace = false }, isChunked);
        ServerMetrics metrics = http.RequestServices.GetRequiredService<ServerMetrics>();
        using PooledRows rows = new();
        EpochAhead ahead = new();
        long bytes = 0;
        (long Written, long Lent) counted = default;
        long sent = 0;
        await http.Response.StartAsync(limit.Token); // From here on an error is a frame, or an aborted connection.
        if (plain is null)
        {
            await body.WriteFrameAsync(FrameKind.Header, start, Describe(), limit.Token);
        }

        for (long step = start; step < stop; step++)
        {
            limit.CancelAfter(StepLimit);
            await EnterAsync(reads, body, step, limit.Token);
            using RunLoans.Loan loan = loans.Begin();
            try
            {
                if (!dataset.IsUnchanged())
                {
                    await EndInErrorAsync(http, body, step, limit.Token);
                    return;
                }

                Batch batch = Fill(step, rows);
                ahead.Pass(template, request.Epoch, step, stop);
                await body.WriteBatchAsync(step, batch, plain, limit.Token);
                bytes += batch.Bytes;
                sent += rows.Length;
                if (!dataset.IsUnchanged())
                {
                    // What was read may be mixed; its last bytes are still here and must not leave.
                    throw new ArrayReadException("A file of the dataset changed while it was served.");
                }

                await body.EndBatchAsync(limit.Token);
            }
            finally
            {
                metrics.AddBytes(body.Written - counted.Written, body.Lent - counted.Lent);
                counted = (body.Written, body.Lent);
                body.HoldsPlace = false;
                reads.Leave();
            }
        }

        if (plain is null)
        {
            await body.WriteFrameAsync(FrameKind.End, stop, Summarize(sent, bytes), limit.Token);
        }

        await body.EndAsync(limit.Token);
    }

    private Batch Fill(long step, PooledRows rows)
    {
        StepSlice slice = request.Epoch.SliceOf(step);
        Span<long> numbers = rows.Resize((int)slice.Count);
        request.Epoch.CopyRows(slice, numbers);
        template.Hint(numbers);
        return template.Fill(rows, slice.Valid);
    }

    /// <summary>Waits for a place among the readers, however long the queue: a stream that has begun is not refused, it says that it is waiting.</summary>
    private async ValueTask EnterAsync(ReadAdmission reads, StreamBody body, long step, CancellationToken cancellationToken)
    {
        Task entered = reads.ReenterAsync(cancellationToken);
        try
        {
            while (!entered.IsCompleted && plain is null)
            {
                if (await Task.WhenAny(entered, Task.Delay(IdleFrame, cancellationToken)) != entered)
                {
                    await body.WriteFrameAsync(FrameKind.Idle, step, default, cancellationToken);
                    await body.FlushAsync(cancellationToken);
                }
            }

            await entered;
            body.HoldsPlace = true;
        }
        catch
        {
            // A place that comes after all goes to the next.
            _ = entered.ContinueWith(_ => reads.Leave(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    private async ValueTask EndInErrorAsync(HttpContext http, StreamBody body, long step, CancellationToken cancellationToken)
    {
        ProblemException problem = new(ProblemCode.Unavailable, "A file of the dataset changed; open the dataset again to go on with its new version.") { RetryAfterSeconds = 1 };
        if (plain is null)
        {
            await body.WriteFrameAsync(FrameKind.Error, step, ProblemWriter.ToJson(problem), cancellationToken);
            await body.EndAsync(cancellationToken);
        }
        else
        {
            http.Abort();
        }
    }

    private byte[] Describe()
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("dataset", dataset.Name);
            json.WriteString("version", version);
            json.WriteStartArray("arrays");
            foreach (GatherColumn column in template.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("dtype", column.Dtype.Name);
                json.WriteStartArray("shape");
                foreach (long length in column.RowShape.Lengths)
                {
                    json.WriteNumberValue(length);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("order", request.Order.Order.ToString());
            json.WriteNumber("steps", request.Epoch.Steps);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private byte[] Summarize(long rows, long bytes)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("steps", stop - start);
            json.WriteNumber("rows", rows);
            json.WriteNumber("bytes", bytes);
            if (stop < request.Epoch.Steps)
            {
                json.WriteNumber("next", stop);
            }
            else
            {
                json.WriteNull("next");
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
