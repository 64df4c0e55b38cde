using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microtome.Api.Problems;

/// <summary>Problems as bodies: RFC 9457 <c>application/problem+json</c> with a stable <c>code</c> and the fields of its kind.</summary>
internal static class ProblemWriter
{
    public const string MediaType = "application/problem+json";

    /// <summary>Problems quote what was sent, and are read by people.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The members of a problem, as JSON.</summary>
    public static byte[] ToJson(ProblemException problem)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", problem.Code.Title);
            json.WriteNumber("status", problem.Code.Status);
            json.WriteString("code", problem.Code.Code);
            json.WriteString("detail", problem.Message);
            Write(json, "parameter", problem.Parameter);
            Write(json, "value", problem.Value);
            Write(json, "nearest", problem.Nearest);
            Write(json, "position", problem.Position);
            Write(json, "limit", problem.Limit);
            Write(json, "unit", problem.Unit);
            Write(json, "steps", problem.Steps);
            Write(json, "version", problem.Version);
            if (problem.Job is { } job)
            {
                Write(json, job);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>Answers with the problem. The response must not have started.</summary>
    public static async Task WriteAsync(HttpContext http, ProblemException problem)
    {
        HttpResponse response = http.Response;
        byte[] body = ToJson(problem);
        response.StatusCode = problem.Code.Status;
        response.ContentType = MediaType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.ETag = default;
        response.Headers.ContentDisposition = default;
        response.Headers.AcceptRanges = default;
        if (problem.Code != ProblemCode.RangeNotSatisfiable)
        {
            response.Headers.ContentRange = default; // It told of the body that could not be had.
        }

        if (problem.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body, http.RequestAborted);
        }
    }

    /// <summary>The body that <c>POST /v1/jobs</c> takes.</summary>
    private static void Write(Utf8JsonWriter json, NeededProfile job)
    {
        json.WriteStartObject("job");
        json.WriteString("kind", "profile");
        json.WriteString("dataset", job.Dataset);
        json.WriteStartArray("arrays");
        json.WriteStringValue(job.Array);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
