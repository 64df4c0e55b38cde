using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microtome.Datasets.Sending;

namespace Microtome.Api.Hosting;

/// <summary>
/// Gives every TCP connection an output that sends by itself (<see cref="SocketWriter"/>) and an input that chooses its threads
/// (<see cref="RequestReader"/>), where the system can.
/// </summary>
internal static class DirectSockets
{
    public static void Use(ListenOptions listen)
    {
        if (SocketWriter.IsSupported)
        {
            listen.Use(next => connection => RunAsync(connection, next));
        }
    }

    private static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { ProtocolType: ProtocolType.Tcp } socket)
        {
            await next(connection);
            return;
        }

        IDuplexPipe original = connection.Transport;
        SocketWriter output = new(socket, reason => connection.Abort(new ConnectionAbortedException(reason)), TimeProvider.System);
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(state => ((SocketWriter)state).CheckPace(), output);
        RequestReader input = new(original.Input);
        connection.Features.Set(output);
        connection.Features.Set(input);
        connection.Transport = new Duplex(input, output);
        try
        {
            await next(connection);
        }
        finally
        {
            output.Complete();
            connection.Transport = original;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
