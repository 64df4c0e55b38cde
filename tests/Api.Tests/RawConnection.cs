using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Microtome.Api.Tests;

/// <summary>HTTP/1 byte by byte: what is sent is what the test says, and answers are read as RFC 9112 frames them.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private RawConnection(Socket socket)
    {
        _socket = socket;
        _stream = new(socket, ownsSocket: true);
    }

    public static async Task<RawConnection> OpenAsync(Uri address, int receiveBuffer = 0)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        await socket.ConnectAsync(address.Host, address.Port);
        return new(socket);
    }

    public static string Get(string path, string version = "1.1", string headers = "", string method = "GET") =>
        $"{method} {path} HTTP/{version}\r\nHost: 127.0.0.1\r\n{headers}\r\n";

    public async Task SendAsync(string request) => await _stream.WriteAsync(Encoding.ASCII.GetBytes(request));

    /// <summary>Reads one answer; a body that is cut is an <see cref="EndOfStreamException"/> or an <see cref="IOException"/>.</summary>
    /// <param name="hasBody">False after HEAD.</param>
    /// <param name="pause">Before every piece of a body.</param>
    public async Task<(int Status, Dictionary<string, string> Headers, byte[] Body)> ReadAsync(bool hasBody = true, TimeSpan pause = default)
    {
        (int status, Dictionary<string, string> headers) = await ReadHeadAsync();
        if (!hasBody || status is 304 or 204)
        {
            return (status, headers, []);
        }

        using MemoryStream body = new();
        if (headers.TryGetValue("Content-Length", out string? length))
        {
            await CopyAsync(body, long.Parse(length, CultureInfo.InvariantCulture), pause);
        }
        else if (headers.ContainsKey("Transfer-Encoding"))
        {
            long chunk;
            do
            {
                chunk = long.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                await CopyAsync(body, chunk, pause);
                Assert.Equal("", await ReadLineAsync());
            }
            while (chunk > 0);
        }
        else
        {
            await _stream.CopyToAsync(body);
        }

        return (status, headers, body.ToArray());
    }

    public async Task<(int Status, Dictionary<string, string> Headers)> ReadHeadAsync()
    {
        string[] line = (await ReadLineAsync()).Split(' ');
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        for (string header; (header = await ReadLineAsync()).Length > 0;)
        {
            headers[header[..header.IndexOf(':')]] = header[(header.IndexOf(':') + 1)..].Trim();
        }

        return (int.Parse(line[1], CultureInfo.InvariantCulture), headers);
    }

    public async Task CopyAsync(Stream target, long count, TimeSpan pause = default)
    {
        byte[] buffer = new byte[16 * 1024];
        while (count > 0)
        {
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause);
            }

            int read = await _stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)));
            if (read == 0)
            {
                throw new EndOfStreamException("The body was cut.");
            }

            target.Write(buffer, 0, read);
            count -= read;
        }
    }

    /// <summary>Whether the server has closed the connection, after everything it sent was read.</summary>
    public async Task<bool> IsClosedAsync() => await _stream.ReadAsync(new byte[1]) == 0;

    /// <summary>Ends the connection with a reset, as a killed process with unread data does.</summary>
    public void Reset() => _socket.Close(timeout: 0);

    public void Dispose() => _stream.Dispose();

    private async Task<string> ReadLineAsync()
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one);
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }
    }
}
