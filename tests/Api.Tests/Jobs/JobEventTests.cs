using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microtome.Api.Jobs;
using Microtome.Api.Limits;

namespace Microtome.Api.Tests.Jobs;

/// <summary>A job's events over time that a test lets pass: what is told when, to whom, and when it ends.</summary>
public sealed class JobEventTests
{
    private const int StepsOfAHeartbeat = 41; // A look each 250 ms; a word after more than 10 s.

    [Fact]
    public async Task While_nothing_changes_there_is_a_heartbeat_every_ten_seconds()
    {
        using Watch watch = new();
        Assert.StartsWith("event: progress\ndata: {", await watch.ReadAsync(), StringComparison.Ordinal);
        for (int beat = 0; beat < 3; beat++)
        {
            TimeSpan before = watch.Now;
            Task<string> heard = watch.ReadAsync();
            for (int i = 0; i < StepsOfAHeartbeat; i++)
            {
                Assert.False(heard.IsCompleted);
                await watch.Clock.StepAsync();
            }

            Assert.Equal(": still here\n\n", await heard);
            Assert.Equal(10.25, (watch.Now - before).TotalSeconds);
        }

        watch.Job.End(JobState.Succeeded);
        Assert.StartsWith("event: end\ndata: {", await watch.ReadAsync(), StringComparison.Ordinal);
        await watch.Stream;
        Assert.Equal(0, watch.Places.Open);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_or_a_server_that_stops_ends_it_without_an_end(bool isClient)
    {
        using Watch watch = new();
        await watch.ReadAsync();
        await watch.Clock.StepAsync(); // It has written, and waits.
        Assert.Equal(1, watch.Places.Open);
        if (isClient)
        {
            await watch.LeaveAsync();
        }
        else
        {
            watch.StopServer();
        }

        await watch.Stream;
        Assert.Equal(0, watch.Places.Open);
        Assert.False(watch.Job.HasEnded);
        Assert.DoesNotContain("event: end", await watch.ReadRestAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_reader_gets_what_is_true_when_it_reads_and_nothing_waits_for_it()
    {
        using Watch watch = new();
        for (int done = 1; done <= 1000; done++)
        {
            watch.Job.Report(done);
            if (done is 500)
            {
                await watch.WrittenAsync();
            }
        }

        // One event that nobody has read is all there is: no second one is made before.
        Assert.Equal(1, Count(await watch.ReadAsync()));
        await watch.Clock.StepAsync();
        string next = await watch.ReadAsync();
        Assert.Equal(1, Count(next));
        Assert.Equal(1000, JsonDocument.Parse(next.Split("data: ")[1]).RootElement.GetProperty("done").GetInt64());
    }

    private static int Count(string events) => events.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>The events of one job that runs, and somebody who reads them. A writer waits as long as anything is unread.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        private readonly CancellationTokenSource _left = new();
        private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);

        public Watch()
        {
            JobSpec spec = new(JobSpec.Profile, "d", "v", ["x"]);
            Job = new(new("j-1", spec, JobState.Queued, DateTimeOffset.UnixEpoch, null, null, 0, 1000, 0, null), Clock);
            Job.TryStart();
            DefaultHttpContext http = new() { RequestAborted = _left.Token };
            http.Response.Body = _pipe.Writer.AsStream();
            Stream = Task.Run(() => new JobEventStream(Job, Places, _lifetime, Clock).ExecuteAsync(http));
        }

        public SteppedClock Clock { get; } = new();

        public StreamAdmission Places { get; } = new(1);

        public Job Job { get; }

        public Task Stream { get; }

        public TimeSpan Now => TimeSpan.FromTicks(Clock.GetTimestamp());

        /// <summary>All that is there to be read, once there is something.</summary>
        public async Task<string> ReadAsync()
        {
            ReadResult read = await _pipe.Reader.ReadAsync();
            string text = Encoding.UTF8.GetString(read.Buffer);
            _pipe.Reader.AdvanceTo(read.Buffer.End);
            return text;
        }

        /// <summary>Returns once something was written; leaves it unread.</summary>
        public async Task WrittenAsync()
        {
            ReadResult read = await _pipe.Reader.ReadAsync();
            _pipe.Reader.AdvanceTo(read.Buffer.Start);
        }

        public async Task<string> ReadRestAsync()
        {
            await _pipe.Writer.CompleteAsync();
            return await ReadAsync();
        }

        public Task LeaveAsync() => _left.CancelAsync();

        public void StopServer() => _lifetime.StopApplication();

        public void Dispose()
        {
            _left.Cancel();
            Stream.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
            Job.Dispose();
            _left.Dispose();
        }
    }
}
