using Microtome.Datasets.Catalogue;

namespace Microtome.Datasets.Tests.Catalogue;

public sealed class LabelTests
{
    [Theory]
    [InlineData("y", "x |u1 4,2", "y |u1 4")]
    [InlineData("y", "x |u1 4,2", "y |u1 4,1,1,1")]
    [InlineData("Label", "x |u1 4,2", "Label |u1 4")]
    [InlineData("targets", "x |u1 4,2", "targets |u1 4")]
    [InlineData("y", "labels |u1 4", "y |u1 4")]
    [InlineData(null, "x |u1 4,2", "y |u1 4,2")]
    [InlineData(null, "x |u1 4,2", "y |u1 3")]
    [InlineData(null, "x |u1 4,2", "y text 4")]
    [InlineData(null, "x |u1 4,2", "yy |u1 4")]
    public async Task Labels_are_the_aligned_array_with_one_element_a_row(string? expected, params string[] arrays)
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("set.h5", arrays);
        Assert.Equal(expected, (await folder.ScanOneAsync()).Labels?.Array);
    }

    [Theory]
    [InlineData("classes")]
    [InlineData("label_names")]
    public async Task Names_come_from_the_arrays_attribute(string attribute)
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("set.h5", "y |u1 4", $"@y {attribute} normal,tumor");
        Assert.Equal(["normal", "tumor"], (await folder.ScanOneAsync()).Labels!.Names!);
    }

    [Fact]
    public async Task Without_one_there_are_no_names()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("set.h5", "y |u1 4", "@y unit none");
        Assert.Null((await folder.ScanOneAsync()).Labels!.Names);
    }

    [Fact]
    public async Task Configuration_comes_first()
    {
        using Fixtures.TemporaryFolder files = new();
        FakeFormat.Write(files.File("a.h5"), "x |u1 4,2", "y |u1 4", "site |u1 4");
        ExplicitArray[] arrays = [new("x", files.File("a.h5"), "x"), new("y", files.File("a.h5"), "/y"), new("site", files.File("a.h5"), "site")];
        await using CatalogueFolder folder = new() { Configured = [new("set", arrays, Labels: new("site", ["A", "B"]))] };
        Assert.Equal(("site", "B"), ((await folder.ScanOneAsync()).Labels!.Array, folder.Catalogue.Datasets[0].Labels!.Names![1]));
    }

    [Fact]
    public async Task A_configured_label_array_that_is_not_there_is_said_so()
    {
        using Fixtures.TemporaryFolder files = new();
        NpyFile.Write(files.File("a.npy"), "|u1", 4);
        await using CatalogueFolder folder = new() { Configured = [new("set", [new("x", files.File("a.npy"))], Labels: new("classes", null))] };
        Assert.Null((await folder.ScanOneAsync()).Labels);
        Assert.Contains(folder.TakeEvents("set"), message => message.Contains("classes", StringComparison.Ordinal));
    }
}
