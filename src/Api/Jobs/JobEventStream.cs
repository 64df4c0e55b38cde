using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microtome.Api.Limits;

namespace Microtome.Api.Jobs;

/// <summary>
/// A job's progress as server-sent events: <c>progress</c> whenever something changed, a comment while nothing does, and <c>end</c>
/// with the job as it ended. A stream without <c>end</c> was cut: the server stopped, and the job goes on after its next start.
/// </summary>
internal sealed class JobEventStream(Job job, StreamAdmission streams, IHostApplicationLifetime lifetime, TimeProvider time) : IResult, IEndpointMetadataProvider
{
    private const string MediaType = "text/event-stream";

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(JobInfo), [MediaType]));

    public async Task ExecuteAsync(HttpContext http)
    {
        using IDisposable place = streams.Enter();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        http.Response.ContentType = MediaType;
        http.Response.Headers.CacheControl = "no-store";
        string last = "";
        long lastAt = time.GetTimestamp();
        while (!job.HasEnded && !stop.IsCancellationRequested)
        {
            string now = JsonSerializer.Serialize(JobInfo.Of(job), Json);
            if (now != last || time.GetElapsedTime(lastAt) > Heartbeat)
            {
                await WriteAsync(http, now != last ? $"event: progress\ndata: {now}\n\n" : ": still here\n\n", stop.Token);
                (last, lastAt) = (now, time.GetTimestamp());
            }

            await Task.WhenAny(job.Completion, Task.Delay(Period, time, stop.Token));
        }

        if (job.HasEnded)
        {
            await WriteAsync(http, $"event: end\ndata: {JsonSerializer.Serialize(JobInfo.Of(job), Json)}\n\n", http.RequestAborted);
        }
    }

    private static async ValueTask WriteAsync(HttpContext http, string text, CancellationToken cancellationToken)
    {
        await http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
    }
}
