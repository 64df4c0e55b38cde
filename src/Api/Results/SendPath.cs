using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sending;

namespace Microtome.Api.Results;

/// <summary>
/// The one place where it is chosen how bodies leave. Straight to the socket, rows from where they are mapped, on plain HTTP/1.x
/// under Linux; by way of Kestrel where bytes are encrypted or framed (TLS, HTTP/2, bodies whose length is not known), and elsewhere.
/// </summary>
/// <param name="sendsRuns">Whether rows may leave from where they are mapped; otherwise they are copied first.</param>
internal sealed class SendPath(bool sendsRuns)
{
    /// <summary>What a reader must take within the time that Kestrel's minimum rate allows, in bytes.</summary>
    private const double PaceBytes = 4096;

    /// <summary>The way for a body of known length; null where it is Kestrel's. The answer's headers are set already, its head is not written.</summary>
    public DirectPath? OfBody(HttpContext http) => http.Response.ContentLength is null ? null : Find(http);

    /// <summary>The way for a stream, and whether its writer makes HTTP's chunks; where the way is Kestrel's, Kestrel does.</summary>
    public DirectPath? OfStream(HttpContext http, out bool isChunked)
    {
        DirectPath? path = Find(http);
        isChunked = path is not null && HttpProtocol.IsHttp11(http.Request.Protocol);
        if (isChunked)
        {
            http.Response.Headers.TransferEncoding = "chunked"; // Kestrel leaves a body alone that says so itself.
        }

        return path;
    }

    private DirectPath? Find(HttpContext http)
    {
        bool isPlain = (HttpProtocol.IsHttp11(http.Request.Protocol) || HttpProtocol.IsHttp10(http.Request.Protocol))
            && http.Features.Get<ITlsConnectionFeature>() is null;
        if (!isPlain || http.Features.Get<SocketWriter>() is not { } connection)
        {
            return null;
        }

        connection.Patience = http.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate is { } rate
            ? rate.GracePeriod + TimeSpan.FromSeconds(PaceBytes / rate.BytesPerSecond)
            : Timeout.InfiniteTimeSpan;
        return new(connection, http.Response.StartAsync, sendsRuns);
    }
}
