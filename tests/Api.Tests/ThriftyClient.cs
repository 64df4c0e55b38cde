using System.Globalization;
using System.Net.Sockets;

namespace Microtome.Api.Tests;

/// <summary>A client that allocates nothing, so that what is allocated is the server's.</summary>
internal sealed class ThriftyClient(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[1 << 16];

    public static async Task<ThriftyClient> ConnectAsync(Uri address)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 1 << 16 };
        await socket.ConnectAsync(address.Host, address.Port);
        return new(socket);
    }

    public Task<int> SendAsync(byte[] request) => socket.SendAsync(request);

    public async Task ExchangeAsync(byte[] request)
    {
        await SendAsync(request);
        int filled = 0;
        int end;
        do
        {
            filled += await socket.ReceiveAsync(_buffer.AsMemory(filled));
            end = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }
        while (end < 0);
        Assert.True(_buffer.AsSpan().StartsWith("HTTP/1.1 200"u8));
        long left = Length(_buffer.AsSpan(0, end)) - (filled - end - 4);
        while (left > 0)
        {
            left -= await socket.ReceiveAsync(_buffer.AsMemory());
        }
    }

    public async Task<long> ReadAllAsync(long stopAfter)
    {
        long total = 0;
        while (total < stopAfter)
        {
            int read = await socket.ReceiveAsync(_buffer.AsMemory());
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    public void Dispose() => socket.Dispose();

    private static long Length(ReadOnlySpan<byte> headers)
    {
        ReadOnlySpan<byte> rest = headers[(headers.IndexOf("Content-Length: "u8) + 16)..];
        return long.Parse(rest[..rest.IndexOf((byte)'\r')], CultureInfo.InvariantCulture);
    }
}
