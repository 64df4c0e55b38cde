using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Formats.Npy;
using Microtome.Datasets.Profiles;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Profiles;

/// <summary>Columns on the disk: whole or not there, found again by another server, and gone when others need the room.</summary>
public sealed class ComputedColumnsTests
{
    private const int Rows = 200;

    [Fact]
    public async Task Columns_survive_a_restart_and_are_looked_for_by_content_and_array()
    {
        using Place place = new();
        await place.Columns.ComputeAsync(new("v1", "meta/x"), place.Source, () => true, _ => { }, CancellationToken.None);
        ComputedColumns later = place.Reopen();
        using IArraySource mean = later.Find("v1", "meta/x.mean")!;
        using IArraySource hash = later.Find("v1", "meta/x.hash")!;
        Assert.Equal(new Shape(Rows), mean.Spec.Shape);
        Assert.Equal(new Shape(Rows, 16), hash.Spec.Shape);
        Assert.Equal(Rows * 5, later.FindStatistics("v1", "meta/x")!.Count);
        Assert.Null(later.Find("v2", "meta/x.mean"));
        Assert.Null(later.Find("v1", "x.mean"));
        Assert.Null(later.Find("v1", "meta/x"));
        Assert.Null(later.Find("v1", "meta/x.median"));
    }

    [Fact]
    public async Task What_is_cut_short_by_cancelling_or_a_changed_file_leaves_nothing_and_frees_its_room()
    {
        using Place place = new();
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => place.Columns.ComputeAsync(new("v", "x"), place.Source, () => true, _ => cancel.Cancel(), cancel.Token));
        await Assert.ThrowsAsync<ArrayReadException>(() => place.Columns.ComputeAsync(new("v", "x"), place.Source, () => false, _ => { }, CancellationToken.None));
        Assert.Null(place.Columns.Find("v", "x.mean"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(place.Room));
        Assert.Equal(0, place.Budget.Used);
    }

    [Fact]
    public async Task Without_room_it_is_refused_before_anything_is_written()
    {
        using Place place = new(limit: 1000);
        await Assert.ThrowsAsync<DiskFullException>(() => place.Columns.ComputeAsync(new("v", "x"), place.Source, () => true, _ => { }, CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(place.Room));
    }

    [Fact]
    public async Task A_folder_that_is_not_whole_is_dropped_and_never_read()
    {
        using Place place = new();
        foreach (string array in (string[])["a", "b", "c"])
        {
            await place.Columns.ComputeAsync(new("v", array), place.Source, () => true, _ => { }, CancellationToken.None);
        }

        string Folder(string array) => Path.Combine(place.Room, new ProfileKey("v", array).Folder);
        using (FileStream shorter = File.OpenWrite(Path.Combine(Folder("a"), "mean")))
        {
            shorter.SetLength(8);
        }

        File.WriteAllText(Path.Combine(Folder("b"), "profile.json"), "{");
        Directory.CreateDirectory(Path.Combine(place.Room, ".unfinished"));
        ComputedColumns later = place.Reopen();
        Assert.Null(later.Find("v", "a.mean"));
        Assert.Null(later.Find("v", "b.mean"));
        Assert.NotNull(later.FindStatistics("v", "c"));
        Assert.Equal([Folder("c")], Directory.EnumerateFileSystemEntries(place.Room));
        Assert.Equal(ComputedColumns.BytesOf(place.Source.Spec), place.Budget.Used);
    }

    [Theory]
    [InlineData("mean")]
    [InlineData("hash")]
    [InlineData("max")]
    public async Task A_column_with_another_byte_counts_as_not_computed_until_it_is_computed_again(string column)
    {
        using Place place = new();
        await place.Columns.ComputeAsync(new("v", "x"), place.Source, () => true, _ => { }, CancellationToken.None);
        string path = Path.Combine(place.Room, new ProfileKey("v", "x").Folder, column);
        byte[] whole = File.ReadAllBytes(path);
        byte[] damaged = [.. whole];
        damaged[^1] ^= 1;
        File.WriteAllBytes(path, damaged);
        ComputedColumns later = place.Reopen();
        Assert.Null(later.Find("v", "x." + column));
        Assert.False(later.Has(new("v", "x")));
        Assert.Equal(0, place.Budget.Used);
        await later.ComputeAsync(new("v", "x"), place.Source, () => true, _ => { }, CancellationToken.None);
        using IArraySource? again = later.Find("v", "x." + column);
        Assert.NotNull(again);
        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("i4\",\"rows\"", "f4\",\"rows\"")]
    [InlineData("\"count\":1000", "\"count\":1001")]
    public async Task A_record_that_says_something_else_is_dropped(string said, string says)
    {
        using Place place = new();
        await place.Columns.ComputeAsync(new("v", "x"), place.Source, () => true, _ => { }, CancellationToken.None);
        string path = Path.Combine(place.Room, new ProfileKey("v", "x").Folder, "profile.json");
        string text = File.ReadAllText(path);
        Assert.Contains(said, text, StringComparison.OrdinalIgnoreCase);
        File.WriteAllText(path, text.Replace(said, says, StringComparison.OrdinalIgnoreCase));
        Assert.Null(place.Reopen().FindStatistics("v", "x"));
    }

    [Fact]
    public async Task Columns_that_were_not_on_the_disk_when_the_machine_stopped_are_dropped()
    {
        using Place place = new();
        foreach (string array in (string[])["settled", "lost"])
        {
            await place.Columns.ComputeAsync(new("v", array), place.Source, () => true, _ => { }, CancellationToken.None);
            if (array == "settled")
            {
                place.Columns.Settle();
            }
        }

        // As after another start of the machine.
        foreach (string record in Directory.EnumerateFiles(place.Room, "profile.json", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(record);
            int boot = text.IndexOf("\"boot\":\"", StringComparison.Ordinal) + "\"boot\":\"".Length;
            Assert.SkipUnless(text[boot] != '"', "The system does not tell when it was started: nothing is left for later.");
            File.WriteAllText(record, text.Remove(boot, 8).Insert(boot, "00000000"));
        }

        ComputedColumns later = place.Reopen();
        Assert.NotNull(later.FindStatistics("v", "settled"));
        Assert.Null(later.FindStatistics("v", "lost"));
        Assert.Single(Directory.EnumerateFileSystemEntries(place.Room));
    }

    [Fact]
    public async Task Columns_of_content_that_is_no_longer_served_make_room()
    {
        using Place place = new(limit: 20_000, isServed: content => content == "new");
        await place.Columns.ComputeAsync(new("old", "x"), place.Source, () => true, _ => { }, CancellationToken.None);
        await place.Columns.ComputeAsync(new("new", "x"), place.Source, () => true, _ => { }, CancellationToken.None);
        Assert.False(place.Budget.TryReserve(15_000));
        Assert.Null(place.Columns.FindStatistics("old", "x"));
        Assert.NotNull(place.Columns.FindStatistics("new", "x"));
    }

    [Fact]
    public async Task Nothing_is_created_by_looking()
    {
        using Place place = new();
        Assert.Null(place.Columns.FindStatistics("v", "x"));
        Assert.False(Directory.Exists(place.Room));
        await place.Columns.ComputeAsync(new("v", "x"), place.Source, () => true, _ => { }, CancellationToken.None);
        Assert.NotNull(place.Columns.FindStatistics("v", "x"));
    }

    [Fact]
    public void A_column_is_named_by_its_array_and_what_it_says()
    {
        Assert.True(ColumnKind.TryParse("a.b/c.mean", out string array, out ColumnKind kind));
        Assert.Equal(("a.b/c", ColumnKind.Mean), (array, kind));
        Assert.All((string[])["x", "mean", ".mean", "x.", "x.Mean"], name => Assert.False(ColumnKind.TryParse(name, out _, out _)));
        Assert.Equal([ColumnKind.Hash], ColumnKind.Of(Dtype.Complex64));
    }

    [Fact]
    public async Task Complex_rows_have_their_hash_alone()
    {
        using Place place = new(descr: "<c8", itemSize: 8);
        await place.Columns.ComputeAsync(new("v", "x"), place.Source, () => true, _ => { }, CancellationToken.None);
        Assert.NotNull(place.Columns.Find("v", "x.hash"));
        Assert.Null(place.Columns.Find("v", "x.mean"));
        Assert.Null(place.Columns.FindStatistics("v", "x")!.Mean);
    }

    /// <summary>An array of 200 rows of 5 elements, and a state directory that can be opened anew.</summary>
    private sealed class Place : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly DataFile _file;
        private readonly long _limit;
        private readonly Func<string, bool> _isServed;
        private StateDirectory _state;

        public Place(long limit = 1 << 20, Func<string, bool>? isServed = null, string descr = "<i4", int itemSize = 4)
        {
            byte[] data = new byte[Rows * 5 * itemSize];
            new Random(1).NextBytes(data);
            File.WriteAllBytes(_folder.File("x.npy"), NpyFile.Make(descr, $"({Rows}, 5)", data));
            _file = DataFile.Open(_folder.File("x.npy"));
            OpenedFile opened = new NpyFormat().Open(_file);
            Source = opened.Arrays.Single().Source!;
            (_limit, _isServed) = (limit, isServed ?? (_ => true));
            _state = Open();
            Columns = new(_state, _isServed);
        }

        public IArraySource Source { get; }

        public ComputedColumns Columns { get; }

        public StateBudget Budget => _state.Budget;

        public string Room => _folder.File("state/columns");

        public ComputedColumns Reopen()
        {
            _state.Dispose();
            _state = Open();
            return new(_state, _isServed);
        }

        public void Dispose()
        {
            _file.Dispose();
            _state.Dispose();
            _folder.Dispose();
        }

        private StateDirectory Open() => new(_folder.File("state"), new(_limit, () => new(1L << 40, 1L << 40)));
    }
}
