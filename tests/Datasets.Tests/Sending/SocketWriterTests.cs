using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sending;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Sending;

/// <summary>The connection's output: everything arrives once and in order, bytes and runs, however slowly they are taken.</summary>
public sealed class SocketWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Bytes_and_runs_arrive_once_and_in_order(int seed)
    {
        Assert.SkipUnless(SocketWriter.IsSupported, "64-bit Linux only");
        Random random = new(seed);
        (DataFile file, byte[] content) = MakeFile(random, 8 << 20);
        using DataFile held = file;
        (Socket near, Socket far) = await ConnectAsync();
        using Socket there = far;
        SocketWriter writer = new(near, _ => near.Dispose(), TimeProvider.System);
        using MemoryStream expected = new();
        Task<byte[]> received = ReceiveAsync(far, random.Next(1, 4));
        for (int i = 0; i < 200; i++)
        {
            switch (random.Next(4))
            {
                case 0:
                    int length = random.Next(1, i % 20 == 0 ? 400_000 : 3000);
                    Memory<byte> room = writer.GetMemory(length);
                    Assert.True(room.Length >= length);
                    random.NextBytes(room.Span[..length]);
                    expected.Write(room.Span[..length]);
                    writer.Advance(length);
                    break;
                case 1:
                    writer.GetSpan()[0] = (byte)i;
                    expected.WriteByte((byte)i);
                    writer.Advance(1);
                    break;
                default:
                    int start = random.Next(content.Length);
                    int count = random.Next(1, Math.Min(200_000, content.Length - start));
                    Lend(writer, new(file.Handle, start, count, file.Address + start));
                    expected.Write(content, start, count);
                    break;
            }

            Assert.True(writer.UnflushedBytes > 0);
            if (random.Next(5) == 0)
            {
                FlushResult result = await writer.FlushAsync();
                Assert.False(result.IsCompleted || result.IsCanceled);
                Assert.Equal(0, writer.UnflushedBytes);
            }
        }

        await writer.FlushAsync();
        writer.Complete();
        near.Dispose();
        byte[] all = await received;
        Assert.True(expected.ToArray().AsSpan().SequenceEqual(all));
    }

    [Fact]
    public async Task A_file_that_shrank_is_a_fault_and_no_crash()
    {
        Assert.SkipUnless(SocketWriter.IsSupported, "64-bit Linux only");
        (DataFile file, _) = MakeFile(new(1), 1 << 20);
        using DataFile held = file;
        (Socket near, Socket far) = await ConnectAsync();
        using Socket there = far;
        SocketWriter writer = new(near, _ => near.Dispose(), TimeProvider.System);
        using (FileStream shrinking = new(_folder.File("data"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            shrinking.SetLength(8192);
        }

        Lend(writer, new(file.Handle, 0, 1 << 20, file.Address));
        Assert.True((await writer.FlushAsync()).IsCompleted);
        Assert.True(writer.HasFault);
        Assert.True((await writer.FlushAsync()).IsCompleted);
        near.Dispose();
        Assert.InRange((await ReceiveAsync(far, 0)).Length, 0, 8192);
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_is_ended_where_there_is_no_patience()
    {
        Assert.SkipUnless(SocketWriter.IsSupported, "64-bit Linux only");
        (Socket near, Socket far) = await ConnectAsync();
        using Socket there = far;
        ManualTime time = new();
        List<string> aborts = [];
        SocketWriter writer = new(near, reason =>
        {
            aborts.Add(reason);
            near.Dispose();
        }, time);
        ValueTask<FlushResult> flush;
        do
        {
            writer.GetMemory(100_000);
            writer.Advance(100_000);
            flush = writer.FlushAsync();
        }
        while (flush.IsCompleted);
        time.Now += TimeSpan.FromHours(1).Ticks;
        writer.CheckPace(); // A paused trainer: without end.
        Assert.Empty(aborts);
        writer.Patience = TimeSpan.FromHours(2);
        writer.CheckPace();
        Assert.Empty(aborts);
        time.Now += TimeSpan.FromHours(2).Ticks;
        writer.CheckPace();
        Assert.NotEmpty(aborts);
        Assert.True((await flush).IsCompleted);
        writer.CheckPace();
        Assert.False(writer.HasFault);
    }

    [Fact]
    public async Task A_cancelled_wait_ends_and_the_connection_with_it()
    {
        Assert.SkipUnless(SocketWriter.IsSupported, "64-bit Linux only");
        (Socket near, Socket far) = await ConnectAsync();
        using Socket there = far;
        bool aborted = false;
        SocketWriter writer = new(near, _ => aborted = true, TimeProvider.System);
        using CancellationTokenSource cancellation = new();
        ValueTask<FlushResult> flush;
        do
        {
            writer.GetMemory(100_000);
            writer.Advance(100_000);
            flush = writer.FlushAsync(cancellation.Token);
        }
        while (flush.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await flush);
        Assert.True(aborted);
        near.Dispose();
    }

    [Fact]
    public void Lent_memory_cannot_be_touched()
    {
        Memory<byte> memory = LentMemory.OfLength(100);
        Assert.Equal(100, memory.Length);
        Assert.Throws<InvalidOperationException>(() => memory.Span[0]);
        Assert.Throws<InvalidOperationException>(() => memory.Pin());
    }

    private static void Lend(SocketWriter writer, FileRun run)
    {
        writer.Lend(run);
        Assert.Equal(run.Length, writer.GetMemory().Length);
        Assert.True(writer.IsLending);
        writer.Advance((int)run.Length);
        writer.Withdraw();
        Assert.False(writer.IsLending);
    }

    private (DataFile File, byte[] Content) MakeFile(Random random, int length)
    {
        byte[] content = new byte[length];
        random.NextBytes(content);
        File.WriteAllBytes(_folder.File("data"), content);
        return (DataFile.Open(_folder.File("data")), content);
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int pauseMilliseconds)
    {
        using MemoryStream received = new();
        byte[] buffer = new byte[50_000];
        for (int count; (count = await socket.ReceiveAsync(buffer.AsMemory())) > 0;)
        {
            received.Write(buffer, 0, count);
            if (received.Length % 7 == 0)
            {
                await Task.Delay(pauseMilliseconds);
            }
        }

        return received.ToArray();
    }

    private static async Task<(Socket Near, Socket Far)> ConnectAsync()
    {
        using Socket listener = new(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen();
        Socket far = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        Task connecting = far.ConnectAsync(listener.LocalEndPoint!);
        Socket near = await listener.AcceptAsync();
        near.NoDelay = true;
        await connecting;
        return (near, far);
    }

    private sealed class ManualTime : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
