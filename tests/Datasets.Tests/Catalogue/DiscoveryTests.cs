namespace Microtome.Datasets.Tests.Catalogue;

public sealed class DiscoveryTests
{
    [Fact]
    public async Task Files_named_by_rest_and_word_are_one_dataset()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("train_images.npy", "|u1", 5, 2, 2);
        folder.WriteNpy("train_labels.npy", "<i8", 5);
        folder.WriteNpy("x_val.npy", "<f4", 3, 2);
        folder.WriteNpy("y_val.npy", "|u1", 3);
        folder.WriteFake("pcam_test_x.h5", "x |u1 4,96,96,3");
        folder.WriteFake("pcam_test_y.h5", "y |u1 4,1,1,1");
        Assert.Equal(["pcam_test: x, y", "train: images, labels", "val: x, y"], await folder.ScanAsync());
    }

    [Fact]
    public async Task The_array_has_the_files_word_and_its_name_in_the_file_is_an_alias()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("pcam_x.h5", "meta/patches |u1 4,2 other/path");
        var dataset = await folder.ScanOneAsync();
        Assert.True(dataset.TryGetArray("meta/patches", out var array));
        Assert.True(dataset.TryGetArray("other/path", out _));
        Assert.Equal("x", array.Name);
        Assert.Equal(["meta/patches", "other/path"], array.Aliases);
    }

    [Fact]
    public async Task Words_count_in_any_case_and_are_kept_as_written()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("X_train.npy", "<f4", 5, 2);
        folder.WriteNpy("y_train.npy", "<i8", 5);
        Assert.Equal(["train: X, y"], await folder.ScanAsync());
        Assert.True(folder.Catalogue.Datasets[0].TryGetArray("x", out var array));
        Assert.Equal("X", array.Name);
    }

    [Fact]
    public async Task A_stem_that_is_a_word_is_an_array_of_the_folders_dataset()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("cats/images.npy", "|u1", 5, 2);
        folder.WriteNpy("cats/labels.npy", "|u1", 5);
        folder.WriteNpy("pets/dogs/Images.npy", "|u1", 5, 2);
        folder.WriteNpy("x.npy", "|u1", 7);
        Assert.Equal(["cats: images, labels", "pets.dogs: Images", "root: x"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_file_that_fits_alone_is_such_a_dataset_alone()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("train_images.npy", "|u1", 5, 2);
        Assert.Equal(["train: images"], await folder.ScanAsync());
    }

    [Fact]
    public async Task Other_files_are_datasets_by_their_stem()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("embeddings.npy", "<f4", 5, 2);
        folder.WriteFake("camelyon.h5", "images |u1 4,8", "meta/wsi <i4 4", "meta/coords <i4 4,2");
        folder.WriteFake("lone.h5", "spectra <f4 4,8");
        folder.WriteFake("several_x.h5", "a |u1 4", "b |u1 4");
        Assert.Equal(["camelyon: images, meta/coords, meta/wsi", "embeddings: data", "lone: spectra", "several_x: a, b"], await folder.ScanAsync());
    }

    [Fact]
    public async Task One_files_splits_are_datasets_of_their_own()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("mnist.h5", "x_train |u1 6,2", "y_train |u1 6", "x_test |u1 2,2", "y_test |u1 2");
        folder.WriteFake("all.h5", "val_x |u1 1", "x_valid |u1 2", "x_validation |u1 3", "x_dev |u1 4", "x_other |u1 5", "classes |u1 10");
        Assert.Equal(
            ["all: classes, x_other", "all.dev: x", "all.val: x", "all.valid: x", "all.validation: x", "mnist.test: x, y", "mnist.train: x, y"],
            await folder.ScanAsync());
        Assert.Equal(6, folder.Catalogue.Datasets.Single(dataset => dataset.Name == "mnist.train").Rows);
        Assert.True(folder.Catalogue.Datasets.Single(dataset => dataset.Name == "mnist.train").TryGetArray("x_train", out _));
    }

    [Fact]
    public async Task What_a_file_is_is_said_by_its_content()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("weights.bin", "<f4", 3);
        folder.WriteNpy("bare", "<f4", 3);
        folder.WriteNpy("v1.2024.dat", "<f4", 3);
        File.WriteAllText(folder.File("liar.npy"), "not an array");
        File.WriteAllText(folder.File("empty.npy"), "");
        Assert.Equal(["bare: data", "v1.2024: data", "weights: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task Hidden_files_and_folders_are_passed_over()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy(".hidden.npy", "|u1", 3);
        folder.WriteNpy(".git/objects.npy", "|u1", 3);
        folder.WriteNpy("seen.npy", "|u1", 3);
        Assert.Equal(["seen: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_hidden_data_root_is_served_when_it_is_asked_for()
    {
        using Fixtures.TemporaryFolder home = new();
        string root = Path.Combine(home.Path, ".cache");
        NpyFile.Write(Path.Combine(root, "a.npy"), "|u1", 3);
        await using CatalogueFolder folder = new() { DataRoots = [root] };
        Assert.Equal(["a: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task Files_of_one_rest_in_different_folders_or_roots_are_different_datasets()
    {
        using Fixtures.TemporaryFolder roots = new();
        NpyFile.Write(roots.File("a/train_x.npy"), "|u1", 3);
        NpyFile.Write(roots.File("b/train_y.npy"), "|u1", 3);
        NpyFile.Write(roots.File("b/sub/train_y.npy"), "|u1", 3);
        await using CatalogueFolder folder = new() { DataRoots = [roots.File("a"), roots.File("b")] };
        Assert.Equal(["sub.train: y", "train: x", "train.npy: y"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_root_within_another_adds_nothing()
    {
        using Fixtures.TemporaryFolder roots = new();
        NpyFile.Write(roots.File("a/b/c.npy"), "|u1", 3);
        await using CatalogueFolder folder = new() { DataRoots = [roots.File("a"), roots.File("a/b"), roots.File("a/")] };
        Assert.Equal(["b.c: data"], await folder.ScanAsync());
        await using CatalogueFolder inner = new() { DataRoots = [roots.File("a/b"), roots.File("a")] };
        Assert.Equal(["c: data"], await inner.ScanAsync());
    }

    [Fact]
    public async Task Where_a_field_is_there_twice_files_of_one_extension_stay_together()
    {
        await using CatalogueFolder folder = new();
        folder.WriteFake("train_x.h5", "x |u1 4");
        folder.WriteFake("train_y.h5", "y |u1 4");
        folder.WriteNpy("train_x.npy", "|u1", 5);
        folder.WriteNpy("train_y.npy", "|u1", 5);
        folder.WriteNpy("x_train.npy", "|u1", 6);
        Assert.Equal(["train: x, y", "train.h5: x, y", "train.npy: x"], await folder.ScanAsync());
        Assert.Equal([5, 4, 6], folder.Catalogue.Datasets.Select(dataset => dataset.Rows));
    }

    [Fact]
    public async Task An_array_says_where_it_lies_relative_to_its_root()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("cats/deep/images.npy", "|u1", 5, 2);
        var array = Assert.Single((await folder.ScanOneAsync()).Arrays);
        Assert.Equal(("npy", "cats/deep/images.npy"), (array.Format, array.Path));
    }

    [Fact]
    public async Task A_thousand_files_open_in_one_scan()
    {
        await using CatalogueFolder folder = new();
        for (int i = 0; i < 1000; i++)
        {
            folder.WriteNpy($"part{i:d4}.npy", "|u1", 3);
        }

        Assert.Equal(1000, (await folder.ScanAsync()).Length);
    }
}
