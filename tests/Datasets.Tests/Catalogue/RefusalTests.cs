using Microtome.Datasets.Catalogue;

namespace Microtome.Datasets.Tests.Catalogue;

public sealed class RefusalTests
{
    [Fact]
    public async Task One_bad_file_never_stops_the_others()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("good.npy", "|u1", 3);
        File.WriteAllBytes(folder.File("short.npy"), NpyFile.Bytes(0, "<f8", 100)[..200]);
        File.WriteAllBytes(folder.File("cut.npy"), NpyFile.Bytes(0, "<f8", 100)[..9]);
        folder.WriteFake("mistake.h5", "cut");
        folder.WriteFake("nothing.h5");
        folder.WriteFake("huge.h5", "a <f8 9223372036854775807,9223372036854775807");
        Assert.Equal(["good: data"], await folder.ScanAsync());
        Assert.Contains("too short", Assert.Single(folder.TakeEvents(folder.File("short.npy"))), StringComparison.Ordinal);
        Assert.Contains("cut short", Assert.Single(folder.TakeEvents(folder.File("cut.npy"))), StringComparison.Ordinal);
        Assert.Contains("IndexOutOfRange", Assert.Single(folder.TakeEvents(folder.File("mistake.h5"))), StringComparison.Ordinal);
        Assert.Contains("no arrays", Assert.Single(folder.TakeEvents(folder.File("nothing.h5"))), StringComparison.Ordinal);
        Assert.Single(folder.TakeEvents(folder.File("huge.h5")));
    }

    [Fact]
    public async Task A_refused_file_is_not_opened_again_until_it_changes()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("set.h5");
        await folder.ScanAsync();
        await folder.ScanAsync();
        Assert.Equal(1, folder.Fake.Opens);

        folder.WriteFake("set.h5", "a |u1 3");
        Assert.Equal(["set: a"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_file_that_grows_is_refused_once_and_again_when_it_rests()
    {
        await using CatalogueFolder folder = new() { Clock = { Offset = TimeSpan.FromSeconds(1) } };
        byte[] whole = NpyFile.Bytes(0, "<f8", 100);
        foreach (int length in (int[])[150, 300, 450])
        {
            await File.WriteAllBytesAsync(folder.File("a.npy"), whole[..length], TestContext.Current.CancellationToken);
            Assert.Empty(await folder.ScanAsync());
        }

        Assert.Contains("has 150", Assert.Single(folder.TakeEvents(folder.File("a.npy"))), StringComparison.Ordinal);
        folder.Clock.Offset = ManualClock.AtRest;
        await folder.ScanAsync();
        Assert.Contains("has 450", Assert.Single(folder.TakeEvents(folder.File("a.npy"))), StringComparison.Ordinal);

        await File.WriteAllBytesAsync(folder.File("a.npy"), whole, TestContext.Current.CancellationToken);
        Assert.Equal(["a: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task Files_of_no_format_share_one_line()
    {
        await using CatalogueFolder folder = new();
        for (int i = 0; i < 9; i++)
        {
            File.WriteAllText(folder.File($"note{i}.txt"), "text");
        }

        await folder.ScanAsync();
        Assert.Contains("note0.txt, note1.txt, note2.txt, note3.txt, note4.txt and 4 more", Assert.Single(folder.TakeEvents(folder.Root)), StringComparison.Ordinal);

        File.WriteAllText(folder.File("new.txt"), "text");
        await folder.ScanAsync();
        await folder.ScanAsync();
        Assert.EndsWith(": new.txt", Assert.Single(folder.TakeEvents(folder.Root)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_tried_again_though_it_does_not_change()
    {
        await using CatalogueFolder folder = new() { Fake = { IsAway = true } };
        folder.WriteFake("a.h5", "x |u1 3");
        Assert.Empty(await folder.ScanAsync());
        await folder.ScanAsync();
        Assert.Contains("The disk is away", Assert.Single(folder.TakeEvents(folder.File("a.h5"))), StringComparison.Ordinal);

        folder.Fake.IsAway = false;
        Assert.Equal(["a: x"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_missing_root_is_said_and_served_once_it_is_there()
    {
        using Fixtures.TemporaryFolder files = new();
        await using CatalogueFolder folder = new() { DataRoots = [files.File("later")] };
        Assert.Empty(await folder.ScanAsync());
        Assert.Single(folder.TakeEvents(files.File("later")));
        Assert.True(folder.Catalogue.IsReady);

        NpyFile.Write(files.File("later/a.npy"), "|u1", 3);
        Assert.Equal(["a: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task What_a_file_is_called_cannot_forge_a_log_line()
    {
        await using CatalogueFolder folder = new();
        File.WriteAllBytes(folder.File("a\nb\u001b[31m.npy"), NpyFile.Bytes(0, "|u1", 100)[..150]);
        await folder.ScanAsync();
        Assert.All(folder.Events, happened => Assert.DoesNotContain(happened.Subject + happened.Message, char.IsControl));
        Assert.Contains(folder.Events, happened => happened.Kind == CatalogueEventKind.LeftOut);
    }

    [Fact]
    public async Task The_log_says_what_became_what_and_the_line_that_groups_otherwise()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("train_images.npy", "|u1", 5, 2, 2);
        folder.WriteNpy("train_labels.npy", "<i8", 5);
        await folder.ScanAsync();
        CatalogueEvent served = Assert.Single(folder.Events);
        Assert.Equal((CatalogueEventKind.Served, "train"), (served.Kind, served.Subject));
        Assert.Equal(
            "5 rows: images |u1 (5,2,2), labels <i8 (5), from train_images.npy, train_labels.npy; to group otherwise, change: "
            + $"--Microtome:Datasets:train:images={folder.File("train_images.npy")} --Microtome:Datasets:train:labels={folder.File("train_labels.npy")}",
            served.Message);
    }
}
