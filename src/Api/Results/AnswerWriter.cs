using System.Runtime.CompilerServices;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Telemetry;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sending;
using Microtome.Datasets.Storage;

namespace Microtome.Api.Results;

/// <summary>
/// Writes bodies: checks what a format can say and how much of it one answer may hold, waits for a place among the readers, and
/// makes sure that a file which changed meanwhile never ends in a complete body.
/// </summary>
internal sealed partial class AnswerWriter(ServerLimits limits, ReadAdmission admission, RunLoans loans, SendPath path, ServerMetrics metrics, ILogger<AnswerWriter> log)
{
    /// <summary>The body's length, where it is known before it is written.</summary>
    /// <exception cref="ProblemException">406 where the format cannot say this, 413 where the body would be too large.</exception>
    public long? Check(Batch batch, IBatchEncoder encoder)
    {
        if (encoder.Refuse(batch) is { } reason)
        {
            throw new ProblemException(ProblemCode.NotAcceptable, reason) { Parameter = "format", Value = encoder.Name };
        }

        // Plain bytes are sent as they are read; everything else takes work and memory by its size.
        if ((!encoder.IsBinary || batch.IsTransformed) && encoder.GetMostBytes(batch) is var most && most > limits.MaxResponseBytes)
        {
            throw ProblemException.TooLarge($"The answer may take up to {most} bytes", limits.MaxResponseBytes, "bytes");
        }

        return encoder.GetByteCount(batch);
    }

    /// <summary>The caller has checked that the files were unchanged before the headers; here that is checked before the last bytes.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(HttpContext http, Dataset dataset, Batch batch, IBatchEncoder encoder, ByteWindow window)
    {
        if (!ShortAnswers.Expect(http, batch, encoder) && SocketThread.IsCurrent)
        {
            await Task.Yield(); // Here and not in a method of its own: that could end before it is awaited, and nobody would have left.
        }

        metrics.CountAnswer(isShort: SocketThread.IsCurrent);
        CancellationToken aborted = http.RequestAborted;
        if (!await admission.TryEnterAsync(aborted))
        {
            throw ProblemException.Overloaded();
        }

        using RunLoans.Loan loan = loans.Begin();
        BatchBody body = new(http.Response.BodyWriter, window, admission, path.OfBody(http));
        try
        {
            if (window == ByteWindow.Whole)
            {
                await batch.PrepareAsync(admission, aborted); // What is decoded comes first: an array that stands before it would begin the answer.
            }

            await encoder.WriteAsync(batch, body, aborted);

            // The last bytes are still here: nothing whole has left that was not read from an unchanged file.
            await body.SealAsync(aborted);
            if (!dataset.IsUnchanged())
            {
                throw new ArrayReadException("A file of the dataset changed while it was served.");
            }

            await body.FlushAsync(aborted);
        }
        catch (Exception error) when ((body.HasBegun || http.Response.HasStarted) && error is not OperationCanceledException)
        {
            LogAborted(dataset.Name, error.Message);
            http.Abort();
        }
        finally
        {
            admission.Leave();
            metrics.AddBytes(body.HasBegun ? body.Written : 0, body.Lent);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Dataset}: an answer was aborted: {Reason}")]
    private partial void LogAborted(string dataset, string reason);
}
