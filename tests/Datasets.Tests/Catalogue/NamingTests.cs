using Microtome.Datasets.Catalogue;

namespace Microtome.Datasets.Tests.Catalogue;

public sealed class NamingTests
{
    [Theory]
    [InlineData("a b", "a-b")]
    [InlineData("naïve🙂", "na-ve-")]
    [InlineData("_private", "d_private")]
    [InlineData("-x", "d-x")]
    [InlineData("", "d")]
    [InlineData("ok.Name_1-2", "ok.Name_1-2")]
    public void Any_text_becomes_a_name(string text, string name)
    {
        Assert.Equal(name, DatasetName.Of([], text));
        Assert.True(DatasetName.IsValid(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".a")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("a\n")]
    public void Other_names_are_not_valid(string name) => Assert.False(DatasetName.IsValid(name));

    [Fact]
    public async Task Folders_join_their_names_with_dots()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a b/c/d.npy", "|u1", 3);
        folder.WriteNpy("a b/train_x.npy", "|u1", 3);
        folder.WriteNpy("a b/x.npy", "|u1", 3);
        Assert.Equal(["a-b: x", "a-b.c.d: data", "a-b.train: x"], await folder.ScanAsync());
    }

    [Fact]
    public async Task On_a_clash_the_first_has_the_name_and_the_others_add_their_extension_then_a_number()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("set.bin", "a |u1 1");
        folder.WriteFake("set.h5", "b |u1 1");
        folder.WriteNpy("set", "|u1", 1);
        folder.WriteNpy("s t.npy", "|u1", 1);
        folder.WriteNpy("s-t.npy", "|u1", 1);
        folder.WriteNpy("s+t.npy", "|u1", 1);
        Assert.Equal(["s-t: data", "s-t.npy: data", "s-t.npy-2: data", "set: data", "set.bin: a", "set.h5: b"], await folder.ScanAsync());
        Assert.Equal(["s t.npy", "s+t.npy", "s-t.npy"], folder.Catalogue.Datasets.Take(3).Select(dataset => dataset.Arrays[0].Path));
    }

    [Fact]
    public async Task Grouped_npy_files_come_first()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("cats.h5", "pixels |u1 4");
        folder.WriteNpy("cats.npy", "|u1", 9);
        folder.WriteNpy("cats/images.npy", "|u1", 5, 2);
        folder.WriteNpy("cats/labels.npy", "|u1", 5);
        Assert.Equal(["cats: images, labels", "cats.h5: pixels", "cats.npy: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_name_that_somebody_has_by_right_is_not_given_away()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a", "|u1", 1);
        folder.WriteNpy("a.npy", "|u1", 1);
        folder.WriteFake("a.npy.h5", "b |u1 1");
        Assert.Equal(["a: data", "a.npy: b", "a.npy-2: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_served_dataset_keeps_its_name()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("foo.h5", "a |u1 1");
        Assert.Equal(["foo: a"], await folder.ScanAsync());

        folder.WriteNpy("foo_x.npy", "|u1", 1);
        folder.WriteNpy("foo_y.npy", "|u1", 1);
        Assert.Equal(["foo: a", "foo.npy: x, y"], await folder.ScanAsync());

        File.Delete(folder.File("foo.h5"));
        Assert.Equal(["foo.npy: x, y"], await folder.ScanAsync());

        folder.WriteFake("foo.h5", "a |u1 1");
        Assert.Equal(["foo: a", "foo.npy: x, y"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_dataset_keeps_its_name_when_files_join_it_or_their_groups_divide()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("train_x.h5", "x |u1 1");
        Assert.Equal(["train: x"], await folder.ScanAsync());

        folder.WriteFake("train_y.h5", "y |u1 1");
        Assert.Equal(["train: x, y"], await folder.ScanAsync());

        folder.WriteNpy("train_x.npy", "|u1", 7);
        Assert.Equal(["train: x, y", "train.npy: x"], await folder.ScanAsync());
        Assert.Equal(1, folder.Catalogue.Datasets[0].Rows);
    }
}
