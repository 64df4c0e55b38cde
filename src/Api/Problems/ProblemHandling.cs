using Microsoft.AspNetCore.Http.Features;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Api.Problems;

/// <summary>The one place where errors become answers. What has begun is aborted, so that a short body never looks whole.</summary>
internal sealed partial class ProblemHandling(ILogger<ProblemHandling> log)
{
    public static void Use(WebApplication app)
    {
        ProblemHandling handling = new(app.Services.GetRequiredService<ILogger<ProblemHandling>>());
        app.Use(handling.InvokeAsync);
    }

    private async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
            if (!http.Response.HasStarted && http.Response.StatusCode >= 400 && http.Response.ContentLength is null && http.Response.ContentType is null)
            {
                await ProblemWriter.WriteAsync(http, OfStatus(http));
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: nobody to tell.
        }
        catch (OperationCanceledException) when (http.Response.HasStarted)
        {
            http.Abort(); // The reader is gone, and the server will hear of it in a moment; or it took too long.
        }
        catch (Exception error) when (error is not ProblemException && http.Response.HasStarted)
        {
            LogAborted(http.Request.Path, error.Message);
            http.Abort();
        }
        catch (Exception error)
        {
            await ProblemWriter.WriteAsync(http, Translate(error, http));
        }
    }

    private ProblemException Translate(Exception error, HttpContext http)
    {
        switch (error)
        {
            case ProblemException problem:
                return problem;
            case ViewException view:
                return ViewProblems.Translate(view);
            case ArrayReadException:
                LogUnreadable(http.Request.Path, error.Message);
                return new(ProblemCode.Unavailable, error.Message) { RetryAfterSeconds = 1 };
            case StateUnavailableException:
                return new(ProblemCode.Unavailable, error.Message);
            case DiskFullException:
                return new(ProblemCode.DiskFull, error.Message);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return BodyTooLarge(http);
            case BadHttpRequestException:
                return Malformed();
            case TextTooLongException texts:
                return ProblemException.TooLarge(texts.What, texts.Limit, "bytes");
            case OverflowException:
                return new(ProblemCode.TooLarge, "The answer would be larger than 2^63 bytes.") { Limit = long.MaxValue, Unit = "bytes" };
            default:
                LogFailed(error, http.Request.Path, http.TraceIdentifier);
                return new(ProblemCode.Internal, $"The server failed; its log has the details under {http.TraceIdentifier}.");
        }
    }

    private static ProblemException Malformed() => new(ProblemCode.BadRequest, "The request is malformed.");

    private static ProblemException BodyTooLarge(HttpContext http) =>
        ProblemException.TooLarge("The request's body is too large", http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0, "bytes");

    private static ProblemException OfStatus(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new(ProblemCode.NotFound, $"There is nothing at {http.Request.Path}; /swagger lists what there is.") { Value = http.Request.Path },
        StatusCodes.Status405MethodNotAllowed => new(ProblemCode.MethodNotAllowed, $"{http.Request.Method} is not allowed here; the Allow header says what is.") { Value = http.Request.Method },
        StatusCodes.Status415UnsupportedMediaType => new(ProblemCode.UnsupportedMediaType, "Bodies are application/json or application/octet-stream."),
        StatusCodes.Status413PayloadTooLarge => BodyTooLarge(http),
        _ => Malformed(),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path}: aborted after it had begun: {Reason}")]
    private partial void LogAborted(string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path}: the data cannot be read: {Reason}")]
    private partial void LogUnreadable(string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path}: failed ({Trace})")]
    private partial void LogFailed(Exception error, string path, string trace);
}
