using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Microtome.Benchmarks.Load;

/// <summary>As little of an HTTP client as will do: one blocking socket, one buffer, bodies by Content-Length or up to the end of the connection.</summary>
internal sealed class HttpConnection(int port) : IDisposable
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024, pinned: true);
    private readonly byte[] _request = new byte[64 * 1024];
    private Socket _socket = Connect(port);

    /// <summary>Asks for a path and reads the whole answer; returns its body's bytes.</summary>
    /// <exception cref="InvalidDataException">The answer is no success, or was cut.</exception>
    public long Get(string path, string? header = null)
    {
        Send($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n");
        (long left, int atHand) = ReadHead();
        long length = left;
        left -= atHand;
        while (left > 0)
        {
            left -= Receive((int)Math.Min(left, _buffer.Length));
        }

        return length;
    }

    /// <summary>Opens an answer that ends with its connection (HTTP/1.0 has no chunks); the body follows through <see cref="Read"/>.</summary>
    public void Open(string path)
    {
        _socket.Dispose();
        _socket = Connect(port);
        Send($"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
        ReadHead();
    }

    /// <summary>Reads that many bytes of an opened body, or fewer at its end.</summary>
    public long Read(long count)
    {
        long done = 0;
        while (done < count)
        {
            int read = _socket.Receive(_buffer.AsSpan(0, (int)Math.Min(count - done, _buffer.Length)));
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    /// <summary>The answer's body as text.</summary>
    public string GetText(string path)
    {
        _socket.Dispose();
        _socket = Connect(port);
        Send($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        StringBuilder text = new();
        for (int read; (read = _socket.Receive(_buffer)) > 0;)
        {
            text.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }

        _socket.Dispose();
        _socket = Connect(port);
        return text.ToString();
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Connect(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
        socket.Connect(System.Net.IPAddress.Loopback, port);
        return socket;
    }

    private void Send(string request)
    {
        int length = Encoding.ASCII.GetBytes(request, _request);
        _socket.Send(_request.AsSpan(0, length));
    }

    /// <summary>The body's length (0 where it is not told), and how much of it came with the head.</summary>
    private (long Length, int AtHand) ReadHead()
    {
        int filled = 0;
        int end;
        do
        {
            int read = _socket.Receive(_buffer.AsSpan(filled));
            filled += read > 0 ? read : throw new InvalidDataException("The connection was closed.");
            end = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }
        while (end < 0);
        ReadOnlySpan<byte> head = _buffer.AsSpan(0, end + 2);
        if (!head[8..].StartsWith(" 20"u8))
        {
            throw new InvalidDataException(Encoding.UTF8.GetString(_buffer, 0, filled));
        }

        return (LengthOf(Encoding.ASCII.GetString(head)), filled - end - 4);
    }

    private static long LengthOf(string head)
    {
        const string name = "content-length: ";
        int at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : long.Parse(head.AsSpan(at + name.Length, head.IndexOf('\r', at) - at - name.Length), CultureInfo.InvariantCulture);
    }

    private int Receive(int most)
    {
        int read = _socket.Receive(_buffer.AsSpan(0, most));
        return read > 0 ? read : throw new InvalidDataException("The answer was cut.");
    }
}
