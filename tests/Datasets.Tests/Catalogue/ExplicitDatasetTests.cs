using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Formats.Raw;

namespace Microtome.Datasets.Tests.Catalogue;

public sealed class ExplicitDatasetTests : IDisposable
{
    private readonly Fixtures.TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Files_may_lie_anywhere_and_be_named_as_one_likes()
    {
        NpyFile.Write(_files.File("one.npy"), "|u1", 4, 2);
        FakeFormat.Write(_files.File("two.h5"), "deep/targets |u1 4 alias/targets", "other |u1 4");
        await using CatalogueFolder folder = new()
        {
            Configured = [new("set", [new("in", _files.File("one.npy")), new("out", _files.File("two.h5"), "/deep/targets"), new("again", _files.File("two.h5"), "alias/targets")])],
        };
        Dataset dataset = await folder.ScanOneAsync();
        Assert.Equal(["again", "in", "out"], dataset.Arrays.Select(array => array.Name));
        Assert.Equal(["two.h5", "one.npy", "two.h5"], dataset.Arrays.Select(array => array.Path));
        Assert.Equal(4, dataset.Rows);
    }

    [Fact]
    public async Task A_file_without_a_header_is_read_as_configuration_says()
    {
        File.WriteAllBytes(_files.File("raw"), [.. Enumerable.Range(0, 20).Select(i => (byte)i)]);
        RawFormat format = new(Dtype.UInt8, false, new(3, 4), 8, ElementOrder.C);
        await using CatalogueFolder folder = new() { Configured = [new("set", [new("x", _files.File("raw"), null, format)])] };
        Dataset dataset = await folder.ScanOneAsync();
        byte[] bytes = await CatalogueFolder.ReadAsync(dataset.Arrays[0]);
        Assert.Equal(Enumerable.Range(8, 12).Select(i => (byte)i), bytes);
    }

    [Fact]
    public async Task A_dataset_is_not_served_before_all_its_files_are_there()
    {
        NpyFile.Write(_files.File("x.npy"), "|u1", 4);
        await using CatalogueFolder folder = new() { Configured = [new("set", [new("x", _files.File("x.npy")), new("y", _files.File("y.npy"))])] };
        Assert.Empty(await folder.ScanAsync());
        await folder.ScanAsync();
        Assert.Contains("no such file", Assert.Single(folder.TakeEvents("set")), StringComparison.Ordinal);

        NpyFile.Write(_files.File("y.npy"), "|u1", 4);
        Assert.Equal(["set: x, y"], await folder.ScanAsync());

        File.Delete(_files.File("x.npy"));
        Assert.Empty(await folder.ScanAsync());
        Assert.Equal(3, folder.TakeEvents("set").Length);
    }

    [Theory]
    [InlineData(null, "is one of 2")]
    [InlineData("missing", "no array missing")]
    public async Task An_array_that_is_not_in_the_file_is_said_so(string? inside, string reason)
    {
        FakeFormat.Write(_files.File("two.h5"), "a |u1 4", "b |u1 4");
        await using CatalogueFolder folder = new() { Configured = [new("set", [new("x", _files.File("two.h5"), inside)])] };
        Assert.Empty(await folder.ScanAsync());
        Assert.Contains(reason, Assert.Single(folder.TakeEvents("set")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_no_format_is_said_so()
    {
        File.WriteAllText(_files.File("notes.txt"), "text");
        await using CatalogueFolder folder = new() { Configured = [new("set", [new("x", _files.File("notes.txt"))])] };
        Assert.Empty(await folder.ScanAsync());
        Assert.Contains("no format", Assert.Single(folder.TakeEvents("set")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_configuration_names_discovery_leaves_alone()
    {
        NpyFile.Write(_files.File("a_x.npy"), "|u1", 4);
        NpyFile.Write(_files.File("a_y.npy"), "|u1", 4);
        NpyFile.Write(_files.File("b.npy"), "|u1", 4);
        FakeFormat.Write(_files.File("two.h5"), "one |u1 4", "two |u1 4");
        await using CatalogueFolder folder = new()
        {
            DataRoots = [_files.Path],
            Configured = [new("mine", [new("p", _files.File("a_x.npy")), new("q", _files.File("b.npy")), new("r", _files.File("two.h5"), "one")])],
        };
        Assert.Equal(["a: y", "mine: p, q, r", "two: one, two"], await folder.ScanAsync());
    }

    [Fact]
    public async Task Its_name_is_never_given_to_another()
    {
        NpyFile.Write(_files.File("root/set.npy"), "|u1", 4);
        await using CatalogueFolder folder = new()
        {
            DataRoots = [_files.File("root")],
            Configured = [new("set", [new("x", _files.File("later.npy"))])],
        };
        Assert.Equal(["set.npy: data"], await folder.ScanAsync());

        NpyFile.Write(_files.File("later.npy"), "|u1", 4);
        Assert.Equal(["set: x", "set.npy: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_path_within_a_data_root_is_shown_relative_to_it()
    {
        NpyFile.Write(_files.File("sub/.hidden.npy"), "|u1", 4);
        await using CatalogueFolder folder = new() { DataRoots = [_files.Path], Configured = [new("set", [new("x", _files.File("sub/.hidden.npy"))])] };
        Assert.Equal("sub/.hidden.npy", (await folder.ScanOneAsync()).Arrays[0].Path);
    }

    [Fact]
    public async Task Links_are_followed_wherever_they_lead()
    {
        NpyFile.Write(_files.File("there/a.npy"), "|u1", 4);
        File.CreateSymbolicLink(_files.File("link.npy"), "there/a.npy");
        await using CatalogueFolder folder = new() { Configured = [new("set", [new("x", _files.File("link.npy"))])] };
        Assert.Equal(["set: x"], await folder.ScanAsync());
    }
}
