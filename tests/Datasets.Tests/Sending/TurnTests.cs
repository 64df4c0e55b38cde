using System.IO.Pipelines;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sending;

namespace Microtome.Datasets.Tests.Sending;

/// <summary>Who has had his turn queues up behind those who wait for a thread, and only where somebody does. Alone: it fills the pool.</summary>
[Collection("alone")]
public sealed class TurnTests
{
    private const int PieceBytes = 64 * 1024;

    [Fact]
    public async Task A_turn_is_wanted_while_work_waits_for_a_thread()
    {
        using Crowd crowd = new();
        Assert.True(Turn.IsWanted);
        crowd.Leave();
        DateTime end = DateTime.UtcNow.AddSeconds(20);
        while (Turn.IsWanted)
        {
            Assert.True(DateTime.UtcNow < end, "nobody waits any more, and still a turn is wanted");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_turn_on_a_thread_that_is_not_of_the_pool_ends_whoever_waits()
    {
        bool isWanted = false;
        Thread thread = new(() => isWanted = Turn.IsWanted);
        thread.Start();
        thread.Join();
        Assert.True(isWanted);
    }

    [Fact]
    public async Task A_long_answer_gives_way_after_its_turn_and_a_short_one_does_not()
    {
        using Crowd crowd = new();
        Assert.True(WriteAsync(Turn.Bytes / 2).IsCompletedSuccessfully);
        Task longer = WriteAsync(2 * Turn.Bytes);
        Assert.False(longer.IsCompleted);
        crowd.Leave();
        await longer.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    /// <summary>Writes so many bytes to a reader that takes everything at once.</summary>
    private static async Task WriteAsync(long bytes)
    {
        BatchBody body = new(PipeWriter.Create(Stream.Null));
        byte[] piece = new byte[PieceBytes];
        for (long done = 0; done < bytes; done += piece.Length)
        {
            await body.WriteAsync(piece, default);
            await body.FlushAsync(default);
        }
    }

    /// <summary>Work for all threads of the pool and more, which ends when it is told to.</summary>
    private sealed class Crowd : IDisposable
    {
        private readonly ManualResetEventSlim _leave = new();
        private readonly CountdownEvent _there;

        public Crowd()
        {
            ThreadPool.GetMinThreads(out int threads, out _);
            int work = (threads * 4) + 64; // The pool adds a thread or two a second.
            _there = new(work);
            for (int i = 0; i < work; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(_ => Wait(), null);
            }
        }

        public void Leave() => _leave.Set();

        public void Dispose()
        {
            Leave();
            _there.Wait();
            _there.Dispose();
            _leave.Dispose();
        }

        private void Wait()
        {
            _leave.Wait();
            _there.Signal();
        }
    }
}
