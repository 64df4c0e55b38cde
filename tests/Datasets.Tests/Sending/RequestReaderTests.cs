using System.IO.Pipelines;
using Microtome.Datasets.Sending;

namespace Microtome.Datasets.Tests.Sending;

/// <summary>A request stays on the thread that waits for sockets where a short answer is expected, and leaves it everywhere else.</summary>
public sealed class RequestReaderTests : IDisposable
{
    private const string SocketThreads = ".NET Sockets";

    private readonly Pipe _pipe = new(new(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline));
    private readonly RequestReader _reader;

    public RequestReaderTests() => _reader = new(_pipe.Reader);

    public void Dispose()
    {
        _reader.Complete();
        _pipe.Writer.Complete();
    }

    [Fact]
    public async Task What_follows_a_short_answer_stays_and_anything_else_leaves()
    {
        Assert.False(await StaysAsync(SocketThreads, Arrive));
        _reader.ExpectShort();
        Assert.True(await StaysAsync(SocketThreads, Arrive));
        Assert.False(await StaysAsync(SocketThreads, Arrive)); // As the body of that request would.
    }

    [Fact]
    public async Task No_other_thread_is_left() => Assert.True(await StaysAsync("any other", Arrive));

    [Fact]
    public void A_turn_ends_after_many_requests_in_a_row_and_begins_anew_behind_another_connection_s()
    {
        RequestReader other = new(PipeReader.Create(new MemoryStream([1])));
        List<int> left = [];
        Thread thread = new(() =>
        {
            for (int i = 0; i < 600; i++)
            {
                if (i == 300)
                {
                    ReadAtOnce(other);
                }

                Arrive();
                if (!ReadAtOnce(_reader))
                {
                    left.Add(i);
                }
            }
        })
        { Name = SocketThreads };
        thread.Start();
        thread.Join();
        other.Complete();
        Assert.Equal([255, 300 + 255], left);
    }

    private void Arrive() => Assert.True(_pipe.Writer.WriteAsync(new byte[1]).AsTask().IsCompletedSuccessfully);

    /// <summary>Reads what is there, where a short answer is expected; whether that went without leaving the thread.</summary>
    private static bool ReadAtOnce(RequestReader reader)
    {
        reader.ExpectShort();
        Task<ReadResult> read = reader.ReadAsync().AsTask();
        bool isDone = read.IsCompleted;
        reader.AdvanceTo(read.Result.Buffer.End);
        return isDone;
    }

    /// <summary>Waits for a read, has something happen on a thread of that name, and says whether what follows the read runs there.</summary>
    private async Task<bool> StaysAsync(string name, Action happen)
    {
        TaskCompletionSource<Thread> followed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.Run(() =>
        {
            Task<ReadResult> read = _reader.ReadAsync().AsTask();
            Assert.False(read.IsCompleted);
            read.GetAwaiter().UnsafeOnCompleted(() =>
            {
                _reader.AdvanceTo(read.Result.Buffer.End);
                followed.SetResult(Thread.CurrentThread);
            });
        });
        Thread thread = new(() => happen()) { Name = name };
        thread.Start();
        return await followed.Task == thread;
    }
}
