using System.IO.Pipelines;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Sidecars;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Sidecars;

/// <summary>
/// Whatever becomes of a sidecar (partly filled, whole, of an earlier run, damaged, dropped, refused), what is served is the array;
/// and no chunk is decoded twice without need.
/// </summary>
public sealed class SidecarTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Chunkings => new()
    {
        { "1000,24,30", "64,24,30" },
        { "1000,24,30", "256,7,11" },
        { "1000,24,30", "2000,24,30" },
        { "1000,24,30", "1,24,30" },
        { "200000", "1000" },
        { "300,1", "7,1" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Chunkings))]
    public async Task Each_chunk_is_decoded_once_and_every_row_is_served_as_it_is(string shape, string chunks)
    {
        ChunkedFake array = new(Parse(shape), Parse(chunks), seed: 1);
        using Home home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        Random random = new(3);
        for (int i = 0; i < 6; i++)
        {
            await CheckAsync(array, source, random);
        }

        await CompleteAsync(source);
        await CheckAsync(array, source, random);
        Assert.Equal(array.Spec.Shape.Rows, array.DecodedRows);
        Assert.True(source.TryLocate(0, array.Spec.Shape.Rows, out FileRun run));
        byte[] all = new byte[array.Spec.Bytes];
        run.CopyTo(0, all);
        Assert.Equal(array.Data, all);
        Assert.Equal(1, SidecarStore.DecodedPart(source));
    }

    [Fact]
    public async Task A_part_of_a_row_cut_over_chunks_does_not_wait_for_the_others()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(256, 7, 11), seed: 2);
        using Home home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        Region part = new([new(3, 5), new(2, 9, 3)]);
        byte[] bytes = new byte[4 * 5 * 9];
        await source.ReadAsync(10, 4, part, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(await ExpectedAsync(array, 10, 4, part), bytes);
    }

    [Fact]
    public async Task An_earlier_run_s_work_is_kept()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 4);
        using (Home home = new(_folder.File("state")))
        using (IArraySource source = home.Attach(array))
        {
            await CheckAsync(array, source, new(1));
            await CompleteAsync(source);
        }

        int decoded = array.DecodedRows;
        using Home again = new(_folder.File("state"));
        using IArraySource reopened = again.Attach(array);
        await CheckAsync(array, reopened, new(2));
        await CompleteAsync(reopened);
        Assert.Equal(decoded, array.DecodedRows);
    }

    [Fact]
    public async Task What_a_killed_process_leaves_at_any_moment_is_kept_and_right()
    {
        ChunkedFake array = new(new(3000, 24, 30), new(16, 24, 30), seed: 5);
        using Home home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        int kept = 0;
        for (int moment = 0; moment < 8; moment++)
        {
            // The files as they are while bands are being written: what a process that is killed now would leave.
            await ReadSomeAsync(source, moment);
            string copy = _folder.File($"killed{moment}");
            CopyFolder(_folder.File("state"), copy);
            ChunkedFake same = new(array.Spec.Shape, array.Spec.Chunks!, seed: 5);
            using Home next = new(copy);
            using IArraySource reopened = next.Attach(same);
            await CheckAsync(same, reopened, new(moment));
            await CompleteAsync(reopened);
            await CheckAsync(same, reopened, new(moment));
            kept += same.DecodedRows < same.Spec.Shape.Rows ? 1 : 0;
        }

        Assert.True(kept >= 4, $"only {kept} of 8 copies kept what was decoded");
    }

    [Theory]
    [InlineData(".rows", "zeros")]
    [InlineData(".rows", "scribble")]
    [InlineData(".rows", "truncate")]
    [InlineData(".rows", "delete")]
    [InlineData(".rows", "grow")]
    [InlineData(".index", "zeros")]
    [InlineData(".index", "scribble")]
    [InlineData(".index", "truncate")]
    [InlineData(".index", "delete")]
    [InlineData(".index", "grow")]
    public async Task Damage_done_while_the_server_is_away_is_noticed(string extension, string damage)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            string state = _folder.File($"{extension}{damage}{seed}");
            ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 6);
            using (Home home = new(state))
            using (IArraySource source = home.Attach(array))
            {
                await CheckAsync(array, source, new(1));
                await CompleteAsync(source);
            }

            Damage(Directory.GetFiles(state, "*" + extension, SearchOption.AllDirectories).Single(), damage, new(seed));
            using Home again = new(state);
            using IArraySource reopened = again.Attach(array);
            await CheckAsync(array, reopened, new(2));
            await CompleteAsync(reopened);
            await CheckAsync(array, reopened, new(3));
        }
    }

    [Fact]
    public async Task A_whole_sidecar_that_others_write_to_while_it_is_open_is_dropped()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 7);
        using Home home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        await CheckAsync(array, source, new(1));
        await CompleteAsync(source);
        SidecarSource sidecar = Assert.IsType<SidecarSource>(source);
        await WaitAsync(() => sidecar.Sidecar!.UnsealedBytes == 0);
        Assert.True(sidecar.IsIntact());
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Damage(Directory.GetFiles(_folder.File("state"), "*.rows", SearchOption.AllDirectories).Single(), "scribble", new(1));
        Assert.False(sidecar.IsIntact());
        await CheckAsync(array, source, new(2));
        Assert.True(sidecar.IsIntact());
    }

    [Fact]
    public async Task Runs_lent_before_a_sidecar_is_dropped_stay_whole_until_their_answer_ends()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 8);
        using Home home = new(_folder.File("state"), limit: 1_000_000);
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
        using Home home = new(_folder.File("state"), limit: 3_000_000);
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
        using Home home = new(_folder.File("state"), limit: 300_000);
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
        using Home home = new(_folder.File("state"), limit: 1_000_000);
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
        using Home home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        await CheckAsync(array, source, new(1));
        using Home second = new(_folder.File("state"));
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
        using Home home = new(_folder.File("state"));
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

    [Fact]
    public async Task What_was_decoded_while_the_file_changed_is_not_kept()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 16);
        bool isUnchanged = true;
        using Home home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array, isUnchanged: () => isUnchanged);
        array.Before = () => isUnchanged = false;
        byte[] bytes = new byte[720];
        await source.ReadAsync(0, 1, Region.All(array.Spec.Shape.Row), bytes, TestContext.Current.CancellationToken);
        Assert.False(source.TryLocate(0, 1, out _));
    }

    [Fact]
    public async Task A_damaged_chunk_fails_its_readers_and_nobody_else()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 17);
        using Home home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        array.IsDamaged = true;
        byte[] bytes = new byte[720];
        await Assert.ThrowsAsync<ArrayReadException>(async () => await source.ReadAsync(0, 1, Region.All(array.Spec.Shape.Row), bytes, TestContext.Current.CancellationToken));
        array.IsDamaged = false;
        await CheckAsync(array, source, new(1));
    }

    private static Shape Parse(string text) => new([.. text.Split(',').Select(long.Parse)]);

    private static async Task<byte[]> ExpectedAsync(ChunkedFake array, long row, long count, Region region)
    {
        byte[] bytes = new byte[count * region.Count];
        await array.ReadAsync(row, count, region, bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    /// <summary>Rows at random, slices and boxes, by every way that answers take.</summary>
    private static async Task CheckAsync(ChunkedFake array, IArraySource source, Random random, int rounds = 5, RunLoans? loans = null)
    {
        for (int i = 0; i < rounds; i++)
        {
            long[] rows = [.. Enumerable.Range(0, 40).Select(_ => random.NextInt64(array.Spec.Shape.Rows))];
            StoredArray stored = new("x", source, new ListMap(rows), RowSlice.Whole(source.Spec), source.Spec.Shape.Row.WithLeading(rows.Length));
            byte[] expected = [.. rows.SelectMany(row => array.Data.AsSpan((int)(row * array.Spec.RowBytes), (int)array.Spec.RowBytes).ToArray())];
            using MemoryStream stream = new();
            using (RunLoans.Loan loan = (loans ?? new()).Begin())
            {
                BatchBody body = new(PipeWriter.Create(stream));
                await stored.WriteAsync(body, TestContext.Current.CancellationToken);
                await body.FlushAsync(TestContext.Current.CancellationToken);
            }

            Assert.Equal(expected, stream.ToArray());
            byte[] read = new byte[expected.Length];
            await new StoredArray("x", source, new ListMap(rows), RowSlice.Whole(source.Spec), source.Spec.Shape.Row.WithLeading(rows.Length))
                .ReadAsync(0, read, TestContext.Current.CancellationToken);
            Assert.Equal(expected, read);
            long first = random.NextInt64(array.Spec.Shape.Rows - 30);
            Region box = new([.. source.Spec.Shape.Row.Lengths.ToArray().Select(length => new AxisRange(length / 3, Math.Max(1, length / 3), 1))]);
            byte[] part = new byte[30 * box.Count];
            await source.ReadAsync(first, 30, box, part, TestContext.Current.CancellationToken);
            Assert.Equal(await ExpectedAsync(array, first, 30, box), part);
        }
    }

    private static async Task ReadSomeAsync(IArraySource source, int seed)
    {
        byte[] bytes = new byte[source.Spec.RowBytes];
        Random random = new(seed);
        for (int i = 0; i < 5; i++)
        {
            await source.ReadAsync(random.NextInt64(source.Spec.Shape.Rows), 1, Region.All(source.Spec.Shape.Row), bytes, TestContext.Current.CancellationToken);
        }
    }

    private static Task CompleteAsync(IArraySource source) => WaitAsync(() => !source.MustDecode);

    private static async Task WaitAsync(Func<bool> condition)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "it did not come about");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target); // One after the other: a band may be entered whose bytes are not there, as after a power cut.
        }
    }

    private static void Damage(string path, string damage, Random random)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        long at = random.NextInt64(stream.Length / 2);
        byte[] bytes = new byte[Math.Min(5000, stream.Length - at)];
        switch (damage)
        {
            case "zeros":
                stream.Position = at;
                stream.Write(bytes);
                break;
            case "scribble":
                random.NextBytes(bytes);
                stream.Position = at;
                stream.Write(bytes);
                break;
            case "truncate":
                stream.SetLength(at);
                break;
            case "grow":
                stream.SetLength(stream.Length + 100);
                break;
            default:
                stream.Dispose();
                File.Delete(path);
                break;
        }
    }

    /// <summary>A state directory with a store on it.</summary>
    private sealed class Home : IDisposable
    {
        private readonly SidecarStore _store;

        public Home(string path, long limit = 1L << 30)
        {
            State = new(path, new(limit, () => new(1L << 40, 1L << 41)));
            _store = new(State, Loans, TimeProvider.System);
        }

        public StateDirectory State { get; }

        public RunLoans Loans { get; } = new();

        public IArraySource Attach(ChunkedFake array, string place = "x", Func<bool>? isUnchanged = null) =>
            _store.Attach(array, () => new(place, "x", () => Task.FromResult(System.Security.Cryptography.SHA256.HashData(array.Data)), isUnchanged ?? (() => true)));

        public void Dispose()
        {
            _store.Dispose();
            State.Dispose();
        }
    }
}
