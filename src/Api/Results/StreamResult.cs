using System.Runtime.CompilerServices;
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
internal sealed partial class StreamResult(
    Dataset dataset, string version, EpochRequest request, GatherTemplate template, long start, long stop, IBatchEncoder? plain) : IResult
{
    /// <summary>A reader that does not take one step within this time is gone. Kestrel's own minimum of bytes a second would cut off a paused trainer.</summary>
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(30);

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
            await body.WriteFrameAsync(FrameKind.Header, start, StreamTexts.Header(dataset.Name, version, request, template), limit.Token);
        }

        await using IdleFrames? idle = plain is null ? new(body, limit, http.RequestServices.GetRequiredService<TimeProvider>()) : null;
        for (long step = start; step < stop; step++)
        {
            limit.CancelAfter(StepLimit);
            idle?.Begin(step);
            await reads.ReenterAsync(limit.Token); // However long the queue: a stream that has begun is not refused.
            using RunLoans.Loan loan = loans.Begin();
            bool hasBegun = false;
            try
            {
                Batch batch = await PrepareAsync(step, rows, ahead, reads, limit.Token);
                if (idle is not null)
                {
                    await reads.OutsideAsync(new ValueTask<bool>(idle.EndAsync()));
                }

                hasBegun = true;
                body.HoldsPlace = true;
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
            catch (ArrayReadException error) when (idle is not null && !hasBegun)
            {
                await idle.EndAsync();
                await EndInErrorAsync(http, body, step, error, limit.Token);
                return;
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
            await body.WriteFrameAsync(FrameKind.End, stop, StreamTexts.End(stop - start, sent, bytes, stop < request.Epoch.Steps ? stop : null), limit.Token);
        }

        await body.EndAsync(limit.Token);
    }

    /// <summary>A step's batch, in frames with its first data at hand: until then there is time to say that the stream waits.</summary>
    /// <exception cref="ArrayReadException">A file changed or cannot be read.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Batch> PrepareAsync(long step, PooledRows rows, EpochAhead ahead, ReadAdmission reads, CancellationToken cancellationToken)
    {
        if (!dataset.IsUnchanged())
        {
            throw new ArrayReadException("A file of the dataset changed; open the dataset again to go on with its new version.");
        }

        StepSlice slice = request.Epoch.SliceOf(step);
        Span<long> numbers = rows.Resize((int)slice.Count);
        request.Epoch.CopyRows(slice, numbers);
        template.Hint(numbers);
        ahead.Pass(template, request.Epoch, step, stop);
        Batch batch = template.Fill(rows, slice.Valid);
        if (plain is null)
        {
            await batch.PrepareAsync(reads, cancellationToken);
        }

        return batch;
    }

    /// <summary>The reader is told why no more comes.</summary>
    private async ValueTask EndInErrorAsync(HttpContext http, StreamBody body, long step, ArrayReadException error, CancellationToken cancellationToken)
    {
        LogEnded(http.RequestServices.GetRequiredService<ILogger<StreamResult>>(), dataset.Name, error.Message);
        ProblemException problem = new(ProblemCode.Unavailable, error.Message) { RetryAfterSeconds = 1 };
        await body.WriteFrameAsync(FrameKind.Error, step, ProblemWriter.ToJson(problem), cancellationToken);
        await body.EndAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Dataset}: a stream ended in an error: {Reason}")]
    private static partial void LogEnded(ILogger log, string dataset, string reason);
}
