using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sidecars;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;
using static Microtome.Datasets.Tests.Sidecars.SidecarChecks;

namespace Microtome.Datasets.Tests.Sidecars;

/// <summary>Sidecars share a budget and a directory: where one is dropped, refused or another's, what is served is the array.</summary>
public sealed class SidecarStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Runs_lent_before_a_sidecar_is_dropped_stay_whole_until_their_answer_ends()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 8);
        using SidecarHome home = new(_folder.File("state"), limit: 1_000_000);
        using IArraySource source = home.Attach(array);
        await CheckAsync(array, source, new(1));
        await CompleteAsync(source);
        FileRun run;
        using (RunLoans.Loan loan = home.Loans.Begin())
        {
            Assert.True(source.TryLocate(0, 1000, out run));
            home.State.Budget.Reserve(900_000); // Somebody who cannot do without.
            Assert.Empty(Directory.GetFiles(_folder.File("state"), "*.rows", SearchOption.AllDirectories));
            Assert.False(source.TryLocate(0, 1, out _));
            byte[] all = new byte[array.Spec.Bytes];
            run.CopyTo(0, all);
            Assert.Equal(array.Data, all);
        }

        Assert.True(run.File.IsClosed);
        Assert.Equal(900_000, home.State.Budget.Used);
        await CheckAsync(array, source, new(2));
    }

    [Fact]
    public async Task Dropping_while_many_read_gives_nobody_wrong_bytes()
    {
        ChunkedFake array = new(new(2000, 24, 30), new(16, 24, 30), seed: 9);
        using SidecarHome home = new(_folder.File("state"), limit: 3_000_000);
        using IArraySource source = home.Attach(array);
        using CancellationTokenSource ended = new();
        Task[] readers = [.. Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            for (int round = 0; !ended.IsCancellationRequested; round++)
            {
                await CheckAsync(array, source, new((i * 1000) + round), rounds: 2, home.Loans);
            }
        }))];
        for (int i = 0; i < 20; i++)
        {
            home.State.Budget.Reserve(2_500_000);
            home.State.Budget.Release(2_500_000);
            ((SidecarSource)source).OpenAgain();
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await ended.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task Where_there_is_no_room_rows_are_served_without()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 10);
        using SidecarHome home = new(_folder.File("state"), limit: 300_000);
        using IArraySource source = home.Attach(array);
        for (int i = 0; i < 5; i++)
        {
            await CheckAsync(array, source, new(i));
        }

        Assert.True(home.State.Budget.Used <= 300_000);
        Assert.True(array.DecodedRows * 720 <= 300_000, $"{array.DecodedRows} rows were decoded for a place that they do not have");
    }

    [Fact]
    public async Task Two_arrays_that_do_not_fit_together_do_not_drop_each_other_by_turns()
    {
        ChunkedFake first = new(new(1000, 24, 30), new(64, 24, 30), seed: 11);
        ChunkedFake second = new(new(1000, 24, 30), new(64, 24, 30), seed: 12);
        using SidecarHome home = new(_folder.File("state"), limit: 1_000_000);
        using IArraySource a = home.Attach(first, "a");
        using IArraySource b = home.Attach(second, "b");
        for (int i = 0; i < 6; i++)
        {
            await CheckAsync(first, a, new(i));
            await CheckAsync(second, b, new(i));
        }

        Assert.True(first.DecodedRows <= 1000 && second.DecodedRows <= 1000);
    }

    [Fact]
    public async Task A_second_server_on_the_directory_serves_without()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 13);
        using SidecarHome home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        await CheckAsync(array, source, new(1));
        using SidecarHome second = new(_folder.File("state"));
        using IArraySource without = second.Attach(array);
        await CheckAsync(array, without, new(2));
        Assert.False(without.TryLocate(0, 1, out _));
        await CompleteAsync(source);
    }

    [Fact]
    public async Task A_new_content_of_a_place_drops_the_old_one_s_sidecar()
    {
        ChunkedFake before = new(new(1000, 24, 30), new(64, 24, 30), seed: 14);
        ChunkedFake after = new(new(1000, 24, 30), new(64, 24, 30), seed: 15);
        using SidecarHome home = new(_folder.File("state"));
        using IArraySource old = home.Attach(before);
        await CheckAsync(before, old, new(1));
        await CompleteAsync(old);
        string path = Directory.GetFiles(_folder.File("state"), "*.rows", SearchOption.AllDirectories).Single();
        using IArraySource next = home.Attach(after);
        await CheckAsync(after, next, new(2));
        Assert.False(File.Exists(path));
        await CheckAsync(before, old, new(3));
        await CompleteAsync(next);
        Assert.Single(Directory.GetFiles(_folder.File("state"), "*.rows", SearchOption.AllDirectories));
    }
}
