using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sending;

namespace Microtome.Api.Results;

/// <summary>
/// Answers that take some ten microseconds: little data, in memory already as far as is known, sent as it lies there. They are
/// given on the thread that waits for all sockets (see <see cref="RequestReader"/>), and everything else leaves it here.
/// </summary>
internal static class ShortAnswers
{
    private const long MostBytes = 256 * 1024;

    /// <summary>Marks endpoints that do nothing long before their answer is known to be short, or not.</summary>
    public static TBuilder MayBeShort<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new Candidate());

    /// <summary>Leaves the socket's thread where the endpoint is no candidate. To run once the endpoint is known.</summary>
    public static Task RunAsync(HttpContext http, RequestDelegate next) =>
        SocketThread.IsCurrent && http.GetEndpoint()?.Metadata.GetMetadata<Candidate>() is null ? RunOnPoolAsync(http, next) : next(http);

    /// <summary>Whether an answer is short, and so may be given on the socket's thread. Where it is, the connection's next is expected to be.</summary>
    public static bool Expect(HttpContext http, Batch batch, IBatchEncoder encoder)
    {
        bool isShort = http.Response.ContentLength <= MostBytes && encoder.IsBinary && batch.IsAtHand;
        if (isShort)
        {
            http.Features.Get<RequestReader>()?.ExpectShort();
        }

        return isShort;
    }

    private static async Task RunOnPoolAsync(HttpContext http, RequestDelegate next)
    {
        await Task.Yield();
        await next(http);
    }

    private sealed class Candidate;
}
