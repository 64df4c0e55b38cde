using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Formats.Raw;

namespace Microtome.Datasets.Tests.Catalogue;

public sealed class VersionTests
{
    private static readonly DateTime Past = new(2020, 2, 2, 2, 2, 2, DateTimeKind.Utc);

    // Computed with hashlib from the layout that DatasetVersion and FileDigest describe: a published version stays what it is.
    [Fact]
    public async Task It_is_64_bits_of_lower_case_hex_and_known_content_has_a_known_version()
    {
        await using CatalogueFolder folder = new();
        NpyFile.Write(folder.File("train_x.npy"), 7, "<f4", [3, 2]);
        NpyFile.Write(folder.File("train_y.npy"), 9, "|u1", [3]);
        await folder.ScanAsync();
        Assert.Equal("8070b2d6a61f2ca6", await folder.VersionAsync("train"));
    }

    [Fact]
    public async Task Copies_under_other_paths_and_times_have_the_same_version()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("here/train_x.npy", "<f4", 3, 2);
        folder.WriteNpy("here/train_y.npy", "|u1", 3);
        folder.WriteFake("here/set.h5", "a |u1 3", "b |u1 3");
        Directory.CreateDirectory(folder.File("there/deep"));
        foreach (string name in (string[])["train_x.npy", "train_y.npy", "set.h5"])
        {
            File.Copy(folder.File("here/" + name), folder.File("there/deep/" + name));
            File.SetLastWriteTimeUtc(folder.File("there/deep/" + name), Past);
        }

        await folder.ScanAsync();
        Assert.Equal(await folder.VersionAsync("here.train"), await folder.VersionAsync("there.deep.train"));
        Assert.Equal(await folder.VersionAsync("here.set"), await folder.VersionAsync("there.deep.set"));
        Assert.NotEqual(await folder.VersionAsync("here.set"), await folder.VersionAsync("here.train"));
    }

    [Fact]
    public async Task Another_element_name_spec_or_place_inside_is_another_version()
    {
        await using CatalogueFolder folder = new();
        NpyFile.Write(folder.File("a.npy"), 0, "|u1", [6]);
        NpyFile.Write(folder.File("b.npy"), 1, "|u1", [6]);
        NpyFile.Write(folder.File("c.npy"), 0, "|i1", [6]);
        NpyFile.Write(folder.File("d.npy"), 0, "|u1", [3, 2]);
        NpyFile.Write(folder.File("e_x.npy"), 0, "|u1", [6]);
        folder.WriteFake("f.h5", "one |u1 6", "two |u1 6");
        await folder.ScanAsync();
        HashSet<string> versions = [];
        foreach (Dataset dataset in folder.Catalogue.Datasets)
        {
            versions.Add(await folder.VersionAsync(dataset.Name));
        }

        Assert.Equal(6, versions.Count);
    }

    [Fact]
    public async Task The_array_inside_and_what_is_said_of_a_headerless_file_count()
    {
        using Fixtures.TemporaryFolder files = new();
        FakeFormat.Write(files.File("f.h5"), "one |u1 6", "two |u1 6");
        File.WriteAllBytes(files.File("raw"), new byte[100]);
        await using CatalogueFolder folder = new()
        {
            Configured =
            [
                new("one", [new("x", files.File("f.h5"), "one")]),
                new("two", [new("x", files.File("f.h5"), "two")]),
                new("front", [new("x", files.File("raw"), null, Raw(0, ElementOrder.C))]),
                new("back", [new("x", files.File("raw"), null, Raw(8, ElementOrder.C))]),
                new("fortran", [new("x", files.File("raw"), null, Raw(0, ElementOrder.Fortran))]),
            ],
        };
        await folder.ScanAsync();
        HashSet<string> versions = [];
        foreach (Dataset dataset in folder.Catalogue.Datasets)
        {
            versions.Add(await folder.VersionAsync(dataset.Name));
        }

        Assert.Equal(5, versions.Count);
    }

    [Fact]
    public async Task Configuration_may_set_it_by_hand()
    {
        using Fixtures.TemporaryFolder files = new();
        NpyFile.Write(files.File("a.npy"), "|u1", 4);
        await using CatalogueFolder folder = new() { Configured = [new("set", [new("x", files.File("a.npy"))], Version: "release-7")] };
        await folder.ScanAsync();
        Assert.Equal("release-7", await folder.VersionAsync("set"));
    }

    [Fact]
    public async Task Beyond_64_MiB_size_time_and_beginning_count()
    {
        await using CatalogueFolder folder = new();
        long length = FileDigest.MaxContentBytes;
        foreach (string name in (string[])["a", "b", "c", "d", "e"])
        {
            folder.WriteSparse($"{name}.npy", length, Past.AddTicks(name == "b" ? 1 : 0), mark: name switch { "c" => 1000, "d" => length - 1, _ => -1 });
        }

        await folder.ScanAsync();
        string version = await folder.VersionAsync("a");
        Assert.NotEqual(version, await folder.VersionAsync("b"));
        Assert.NotEqual(version, await folder.VersionAsync("c"));
        Assert.Equal(version, await folder.VersionAsync("d"));
        Assert.Equal(version, await folder.VersionAsync("e"));
    }

    [Fact]
    public async Task Up_to_64_MiB_every_byte_counts_and_the_time_does_not()
    {
        await using CatalogueFolder folder = new();
        long length = FileDigest.MaxContentBytes - NpyFile.HeaderBytes;
        folder.WriteSparse("a.npy", length, Past);
        folder.WriteSparse("b.npy", length, Past, mark: length - 1);
        folder.WriteSparse("c.npy", length, Past.AddDays(1));
        await folder.ScanAsync();
        string version = await folder.VersionAsync("a");
        Assert.NotEqual(version, await folder.VersionAsync("b"));
        Assert.Equal(version, await folder.VersionAsync("c"));
    }

    [Fact]
    public async Task A_file_that_changed_since_has_a_provisional_one_and_the_list_does_not_fail()
    {
        await using CatalogueFolder folder = new();
        folder.WriteSparse("a.npy", 1 << 20, Past);
        using DatasetLease lease = await folder.LeaseAsync("a");

        // The catalogue may have asked before: then it is the version of the content that is gone.
        using (FileStream file = new(folder.File("a.npy"), FileMode.Open))
        {
            file.Seek(-1, SeekOrigin.End);
            file.WriteByte(1);
        }

        File.SetLastWriteTimeUtc(folder.File("a.npy"), Past.AddDays(1));
        string provisional = await lease.Dataset.GetVersionAsync(TestContext.Current.CancellationToken);
        await folder.ScanAsync();
        Assert.NotEqual(provisional, await folder.VersionAsync("a"));
    }

    [Fact]
    public async Task Many_who_ask_at_once_get_one_answer()
    {
        await using CatalogueFolder folder = new();
        folder.WriteSparse("a.npy", 8 << 20, Past);
        using DatasetLease lease = await folder.LeaseAsync("a");
        string[] versions = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => lease.Dataset.GetVersionAsync(CancellationToken.None).AsTask())));
        Assert.Single(versions.Distinct());
    }

    private static RawFormat Raw(long offset, ElementOrder order) => new(Microtome.Datasets.Arrays.Dtype.UInt8, false, new(6, 2), offset, order);
}
