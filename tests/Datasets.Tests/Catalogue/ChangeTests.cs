using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Formats.Npy;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Catalogue;

public sealed class ChangeTests
{
    private static readonly DateTime Past = new(2020, 2, 2, 2, 2, 2, DateTimeKind.Utc);

    [Fact]
    public async Task Where_nothing_changes_every_dataset_stays_the_same_object_and_no_file_is_opened()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a.npy", "|u1", 3);
        folder.WriteFake("b.h5", "x_train |u1 3", "x_test |u1 3");
        await folder.ScanAsync();
        Dataset[] before = [.. folder.Catalogue.Datasets];
        folder.Events.Clear();
        await folder.ScanAsync();
        Assert.Equal(before, folder.Catalogue.Datasets);
        Assert.Equal(1, folder.Fake.Opens);
        Assert.Empty(folder.Events);
    }

    [Fact]
    public async Task New_and_removed_files_leave_the_other_datasets_as_they_are()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a.npy", "|u1", 3);
        await folder.ScanAsync();
        Dataset a = folder.Catalogue.Datasets[0];
        folder.WriteNpy("b.npy", "|u1", 3);
        Assert.Equal(["a: data", "b: data"], await folder.ScanAsync());
        Assert.Same(a, folder.Catalogue.Datasets[0]);

        File.Delete(folder.File("b.npy"));
        Assert.Equal(["a: data"], await folder.ScanAsync());
        Assert.Same(a, folder.Catalogue.Datasets[0]);
        Assert.Null(folder.Catalogue.TryAcquire("b"));
        Assert.Equal([CatalogueEventKind.Served, CatalogueEventKind.Served, CatalogueEventKind.Removed], folder.Events.Select(happened => happened.Kind));
    }

    [Fact]
    public async Task A_file_replaced_by_rename_has_a_new_version_while_running_answers_finish_on_the_old_one()
    {
        await using CatalogueFolder folder = new();
        NpyFile.Write(folder.File("a.npy"), 1, "|u1", [300]);
        using DatasetLease old = await folder.LeaseAsync("a");
        string version = await folder.VersionAsync("a");
        byte[] content = await CatalogueFolder.ReadAsync(old.Dataset.Arrays[0]);

        NpyFile.Write(folder.File(".next"), 2, "|u1", [300]);
        File.Move(folder.File(".next"), folder.File("a.npy"), overwrite: true);
        await folder.ScanAsync();

        Assert.NotEqual(version, await folder.VersionAsync("a"));
        Assert.True(old.Dataset.IsUnchanged());
        Assert.Equal(content, await CatalogueFolder.ReadAsync(old.Dataset.Arrays[0]));
        Assert.Equal(2, (await CatalogueFolder.ReadAsync(folder.Catalogue.Datasets[0].Arrays[0]))[0]);
        Assert.Equal(CatalogueEventKind.Replaced, folder.Events[^1].Kind);
    }

    [Fact]
    public async Task A_file_renamed_over_another_of_the_same_size_and_time_is_noticed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere only the time of birth tells them apart");
        await using CatalogueFolder folder = new();
        NpyFile.Write(folder.File("a.npy"), 1, "|u1", [300]);
        NpyFile.Write(folder.File(".next"), 2, "|u1", [300]);
        File.SetLastWriteTimeUtc(folder.File("a.npy"), Past);
        File.SetLastWriteTimeUtc(folder.File(".next"), Past);
        await folder.ScanAsync();
        File.Move(folder.File(".next"), folder.File("a.npy"), overwrite: true);
        await folder.ScanAsync();
        Assert.Equal(2, (await CatalogueFolder.ReadAsync(folder.Catalogue.Datasets[0].Arrays[0]))[0]);
    }

    [Fact]
    public async Task A_file_rewritten_in_place_is_noticed_at_once_and_served_anew()
    {
        await using CatalogueFolder folder = new();
        NpyFile.Write(folder.File("a.npy"), 1, "|u1", [300]);
        using DatasetLease old = await folder.LeaseAsync("a");
        string version = await folder.VersionAsync("a");
        await Task.Delay(20, TestContext.Current.CancellationToken);
        NpyFile.Write(folder.File("a.npy"), 2, "|u1", [300]);
        Assert.False(old.Dataset.IsUnchanged());

        await folder.ScanAsync();
        Assert.NotEqual(version, await folder.VersionAsync("a"));
        Assert.True(folder.Catalogue.Datasets[0].IsUnchanged());
        Assert.False(old.Dataset.IsUnchanged());
    }

    [Fact]
    public async Task Numpys_save_over_the_same_path_is_noticed()
    {
        Python.Require("numpy");
        await using CatalogueFolder folder = new();
        const string Save = "import sys, numpy; numpy.save(sys.argv[1], numpy.full((5, 3), int(sys.argv[2]), dtype='u1'))";
        Python.Run(Save, folder.File("a.npy"), "1");
        folder.Clock.Offset = TimeSpan.Zero;
        using DatasetLease old = await folder.LeaseAsync("a");
        string version = await folder.VersionAsync("a");

        Python.Run(Save, folder.File("a.npy"), "2");
        Assert.False(old.Dataset.IsUnchanged());
        await folder.ScanAsync();
        Assert.NotEqual(version, await folder.VersionAsync("a"));
        Assert.Equal(2, (await CatalogueFolder.ReadAsync(folder.Catalogue.Datasets[0].Arrays[0]))[14]);
    }

    [Fact]
    public async Task A_truncated_file_ends_reads_in_an_error_and_is_dropped_once_it_rests()
    {
        await using CatalogueFolder folder = new() { Clock = { Offset = TimeSpan.FromSeconds(1) } };
        folder.WriteNpy("a.npy", "|u1", 100_000);
        using DatasetLease old = await folder.LeaseAsync("a");
        using (FileStream file = File.Open(folder.File("a.npy"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(5000);
        }

        Assert.False(old.Dataset.IsUnchanged());
        await Assert.ThrowsAsync<ArrayReadException>(() => CatalogueFolder.ReadAsync(old.Dataset.Arrays[0]));

        // Perhaps somebody is about to write the rest: until then the dataset is there, and says that it changed.
        Assert.Equal(["a: data"], await folder.ScanAsync());
        Assert.False(folder.Catalogue.Datasets[0].IsUnchanged());
        Assert.Empty(folder.TakeEvents(folder.File("a.npy")));

        folder.Clock.Offset = ManualClock.AtRest;
        Assert.Empty(await folder.ScanAsync());
        Assert.Contains("too short", Assert.Single(folder.TakeEvents(folder.File("a.npy"))), StringComparison.Ordinal);
        Assert.Null(folder.Catalogue.TryAcquire("a"));
    }

    [Fact]
    public async Task A_file_written_piece_by_piece_is_one_replacement()
    {
        await using CatalogueFolder folder = new() { Clock = { Offset = TimeSpan.FromSeconds(1) } };
        folder.WriteNpy("a.npy", "|u1", 1000);
        await folder.ScanAsync();
        byte[] next = NpyFile.Bytes(5, "|u1", 2000);
        foreach (int length in (int[])[0, 64, 1000, 2000])
        {
            await File.WriteAllBytesAsync(folder.File("a.npy"), next[..length], TestContext.Current.CancellationToken);
            Assert.Equal(["a: data"], await folder.ScanAsync());
            Assert.Equal(1000, folder.Catalogue.Datasets[0].Rows);
        }

        await File.WriteAllBytesAsync(folder.File("a.npy"), next, TestContext.Current.CancellationToken);
        await folder.ScanAsync();
        Assert.Equal(2000, folder.Catalogue.Datasets[0].Rows);
        Assert.Equal([CatalogueEventKind.Served, CatalogueEventKind.Replaced], folder.Events.Select(happened => happened.Kind));
    }

    [Fact]
    public async Task A_file_that_was_written_this_instant_is_not_opened()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a.npy", "|u1", 3);
        folder.Clock.Frozen = File.GetLastWriteTimeUtc(folder.File("a.npy"));
        Assert.Empty(await folder.ScanAsync());
        Assert.Empty(folder.Events);

        folder.Clock.Frozen += TimeSpan.FromMilliseconds(20);
        Assert.Equal(["a: data"], await folder.ScanAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_somebody_has_open_for_writing_is_opened_once_it_is_closed_or_left_alone(bool wasServed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere the system does not tell who writes");
        await using CatalogueFolder folder = new();
        NpyFile.Write(folder.File("a.npy"), 1, "|u1", [300]);
        if (wasServed)
        {
            await folder.ScanAsync();
        }

        // One write may last: the time noted is that of its beginning.
        using (WriteAndHold(folder.File("a.npy"), 2))
        {
            folder.Clock.Offset = TimeSpan.FromSeconds(2);
            await folder.ScanAsync();
            Assert.DoesNotContain(folder.Catalogue.Datasets, dataset => dataset.IsUnchanged());
        }

        await folder.ScanAsync();
        Assert.Equal(2, (await CatalogueFolder.ReadAsync(folder.Catalogue.Datasets[0].Arrays[0]))[0]);

        using (WriteAndHold(folder.File("a.npy"), 3))
        {
            folder.Clock.Offset = TimeSpan.FromSeconds(6);
            await folder.ScanAsync();
            Assert.Equal(3, (await CatalogueFolder.ReadAsync(folder.Catalogue.Datasets[0].Arrays[0]))[0]);
        }
    }

    [Theory]
    [InlineData(0.5, false, true)]
    [InlineData(0.5, true, false)]
    [InlineData(1.5, true, true)]
    public void Where_the_system_does_not_tell_who_writes_a_served_file_rests_for_a_second(double age, bool wasServed, bool isOpened)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.npy");
        NpyFile.Write(path, 1, "|u1", [3]);
        ManualClock clock = new() { Frozen = File.GetLastWriteTimeUtc(path).AddSeconds(age) };
        FileOpener opener = new([new NpyFormat()], clock, findWriters: _ => Writers.Unknown);
        FileOutcome outcome = opener.Open(new(new(folder.Path, "a.npy", path, path, FileStatus.Of(path)!.Value)), wasServed);
        Assert.Equal(isOpened ? FileState.Open : FileState.Unsettled, outcome.State);
        outcome.File?.Release();
    }

    [Fact]
    public async Task A_file_that_was_just_written_is_waited_for_within_the_scan()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere the system does not tell who writes, and more time has to pass");
        await using CatalogueFolder folder = new() { Clock = { Offset = TimeSpan.Zero } };
        for (int round = 0; round < 5; round++)
        {
            NpyFile.Write(folder.File("a.npy"), round, "|u1", [300]);
            await folder.ScanAsync();
            Assert.Equal(round, (await CatalogueFolder.ReadAsync(folder.Catalogue.Datasets[0].Arrays[0]))[0]);
        }
    }

    [Fact]
    public async Task A_file_that_changes_while_its_headers_are_read_is_read_again()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("set.h5", "a |u1 3");
        File.SetLastWriteTimeUtc(folder.File("set.h5"), Past);
        folder.Fake.Meanwhile = () => folder.WriteFake("set.h5", "b |u1 3");
        Assert.Equal(["set: b"], await folder.ScanAsync());
        Assert.True(folder.Catalogue.Datasets[0].IsUnchanged());
        Assert.Equal(2, folder.Fake.Opens);
    }

    [Fact]
    public async Task A_file_from_the_future_is_served()
    {
        await using CatalogueFolder folder = new() { Clock = { Offset = TimeSpan.Zero } };
        folder.WriteNpy("a.npy", "|u1", 3);
        File.SetLastWriteTimeUtc(folder.File("a.npy"), DateTime.UtcNow.AddDays(1));
        Assert.Equal(["a: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_member_that_joins_or_leaves_makes_a_new_version_of_its_dataset()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("train_x.npy", "|u1", 3, 2);
        await folder.ScanAsync();
        string alone = await folder.VersionAsync("train");

        folder.WriteNpy("train_y.npy", "|u1", 3);
        Assert.Equal(["train: x, y"], await folder.ScanAsync());
        Assert.NotEqual(alone, await folder.VersionAsync("train"));

        File.Delete(folder.File("train_y.npy"));
        Assert.Equal(["train: x"], await folder.ScanAsync());
        Assert.Equal(alone, await folder.VersionAsync("train"));
    }

    [Fact]
    public async Task Touching_a_file_leaves_the_version_as_it_is()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a.npy", "|u1", 3);
        await folder.ScanAsync();
        string version = await folder.VersionAsync("a");
        File.SetLastWriteTimeUtc(folder.File("a.npy"), Past);
        await folder.ScanAsync();
        Assert.True(folder.Catalogue.Datasets[0].IsUnchanged());
        Assert.Equal(version, await folder.VersionAsync("a"));
    }

    [Fact]
    public async Task Times_beyond_what_NET_can_say_are_survived()
    {
        Python.Require();
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a.npy", "|u1", 3);
        folder.WriteNpy("b.npy", "|u1", 3);
        Python.Run("import os, sys; os.utime(sys.argv[1], (0, 1 << 33)); os.utime(sys.argv[2], (0, -5))", folder.File("a.npy"), folder.File("b.npy"));
        Assert.Contains("a: data", await folder.ScanAsync());
    }

    /// <summary>Writes over a file in its place, and has it open until disposed.</summary>
    private static SafeFileHandle WriteAndHold(string path, int seed)
    {
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, NpyFile.Bytes(seed, "|u1", 300), 0);
        return file;
    }
}
