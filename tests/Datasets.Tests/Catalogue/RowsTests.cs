namespace Microtome.Datasets.Tests.Catalogue;

public sealed class RowsTests
{
    [Theory]
    [InlineData(5, "x", "x |u1 5,100", "y |u1 7")]
    [InlineData(7, "b,c", "a |u1 5,100", "b <f8 7,7", "c <f8 7,7")]
    [InlineData(6, "b", "a |u1 5,6", "b |u1 6,5")]
    [InlineData(3, "a", "a |u1 3", "scalar <f8 ()")]
    [InlineData(0, "", "scalar <f8 ()")]
    [InlineData(0, "a", "a |u1 0,5")]
    [InlineData(9, "b", "a |u1 3,0", "b |u1 9,0")]
    [InlineData(4, "b", "a text 9,100", "b |u1 4")]
    [InlineData(9, "", "a text 9")]
    public async Task Rows_are_the_length_whose_arrays_hold_the_most_bytes(long rows, string aligned, params string[] arrays)
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("set.h5", arrays);
        var dataset = await folder.ScanOneAsync();
        Assert.Equal(rows, dataset.Rows);
        Assert.Equal(aligned, string.Join(',', dataset.Aligned.Select(array => array.Name)));
        Assert.Equal(arrays.Length, dataset.Arrays.Count);
    }

    [Fact]
    public async Task An_array_that_cannot_be_served_may_be_aligned()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("train_x.npy", "<f4", 3, 2);
        folder.WriteNpy("train_data.npy", "<U5", 3);
        var dataset = await folder.ScanOneAsync();
        Assert.True(dataset.TryGetArray("data", out var text));
        Assert.True(text.IsAligned);
        Assert.Null(text.Source);
        Assert.Contains("texts", text.Reason, StringComparison.Ordinal);
        Assert.Equal(["x"], dataset.Aligned.Select(array => array.Name));
    }

    [Fact]
    public async Task Sizes_that_no_disk_holds_do_not_overflow()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("set.h5", "a <f8 1152921504606846975", "b <f8 1152921504606846975", "c <f8 1152921504606846975");
        var dataset = await folder.ScanOneAsync();
        Assert.Equal(long.MaxValue, dataset.Bytes);
        Assert.Equal(3, dataset.Aligned.Count);
    }

    [Fact]
    public async Task Members_with_other_rows_are_not_aligned_and_the_log_says_so()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("train_x.npy", "<f4", 5, 8);
        folder.WriteNpy("train_y.npy", "<f4", 4);
        var dataset = await folder.ScanOneAsync();
        Assert.Equal(5, dataset.Rows);
        Assert.Equal(["x"], dataset.Aligned.Select(array => array.Name));
        Assert.Contains(folder.TakeEvents("train"), message => message.Contains("the array y has the shape (4)", StringComparison.Ordinal));
        await folder.ScanAsync();
        Assert.Empty(folder.TakeEvents("train"));
    }

    [Fact]
    public async Task Scalars_and_arrays_without_rows_are_listed()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("scalar.npy", "<f8");
        folder.WriteNpy("none.npy", "<f8", 0, 3);
        Assert.Equal(["none: data", "scalar: data"], await folder.ScanAsync());
        Assert.NotNull(folder.Catalogue.Datasets[0].Arrays[0].Source);
        Assert.NotNull(folder.Catalogue.Datasets[1].Arrays[0].Source);
    }
}
