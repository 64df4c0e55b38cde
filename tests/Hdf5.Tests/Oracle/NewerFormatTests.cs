using Microtome.Hdf5.Layouts;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>What came into the format with libhdf5 1.10 to 2.0 and is rare: read, or refused by name, with nothing else refused for it.</summary>
public sealed class NewerFormatTests(NewerFiles files) : IClassFixture<NewerFiles>
{
    [Fact]
    public async Task Chunk_indexes_of_data_layout_5_hold_what_those_of_4_do()
    {
        var arrays = files.Open("layout-5.h5").ReadObjects().OfType<Hdf5Dataset>().ToDictionary(found => found.Path);
        Hdf5Dataset[] changed = [.. arrays.Values.Where(found => found.Path.StartsWith("/new/", StringComparison.Ordinal))];
        string[] indexes = ["extensible-array", "fixed-array", "single", "v2-btree"];
        Assert.Equal(indexes.SelectMany(index => Enumerable.Repeat(index, 2)), changed.Select(found => found.ChunkIndex).Order());
        foreach (Hdf5Dataset found in changed)
        {
            Assert.True(found.Description.Layout is ChunkedLayout { HasWideChunkSizes: true }, found.Path);
            Assert.Equal(await ReadAsync(arrays[found.Path.Replace("/new/", "/plain/", StringComparison.Ordinal)]), await ReadAsync(found));
        }
    }

    [Fact]
    public async Task References_of_1_12_are_listed_beside_what_can_be_read()
    {
        Hdf5Dataset[] arrays = [.. files.Open("references.h5").ReadObjects().OfType<Hdf5Dataset>()];
        Assert.Equal(["/references2", "/references3", "/references4", "/sound"], arrays.Select(found => found.Path));
        foreach (Hdf5Dataset found in arrays[..3])
        {
            Assert.Null(found.ElementType);
            Assert.Contains("reference of HDF5 1.12", found.Reason, StringComparison.Ordinal);
            Assert.Equal([3L], found.Shape);
        }

        byte[] sound = await ReadAsync(arrays[3]);
        Assert.Equal([0L, 1, 2, 3, 4], Enumerable.Range(0, 5).Select(row => BitConverter.ToInt64(sound, 8 * row)));
        IReadOnlyList<Hdf5Attribute> attributes = arrays[3].ReadAttributes();
        Assert.Equal(["reference2", "reference3", "reference4"], attributes.Select(attribute => attribute.Name));
        byte[] stored = [.. Enumerable.Range(0, 18).Select(number => (byte)number)];
        Assert.All(attributes, attribute => Assert.Equal(stored, Assert.IsType<Hdf5Opaque>(attribute.ReadValues()[0]).Bytes.ToArray()));
    }

    [Fact]
    public async Task Metadata_in_a_cache_image_is_read_from_there()
    {
        Hdf5Object[] plain = [.. files.Open("image-plain.h5").ReadObjects()];
        Hdf5Object[] found = [.. files.Open("image.h5").ReadObjects()];
        Assert.Equal(plain.Select(one => one.Path), found.Select(one => one.Path));
        Assert.Equal(207, found.Length);
        foreach ((Hdf5Object expected, Hdf5Object actual) in plain.Zip(found))
        {
            IReadOnlyList<Hdf5Attribute> attributes = expected.ReadAttributes();
            Assert.Equal(attributes.Select(one => one.ReadValues()), actual.ReadAttributes().Select(one => one.ReadValues()));
            if (expected is Hdf5Dataset dataset)
                Assert.Equal(await ReadAsync(dataset), await ReadAsync(Assert.IsType<Hdf5Dataset>(actual)));
        }
    }

    [Fact]
    public void A_cache_image_that_is_damaged_is_a_typed_error()
    {
        byte[] sound = File.ReadAllBytes(files.PathOf("image.h5"));
        int image = sound.AsSpan().IndexOf("MDCI"u8);
        Random random = new(6);
        for (int round = 0; round < 40; round++)
        {
            byte[] damaged = (byte[])sound.Clone();
            damaged[random.Next(image, Math.Min(image + 2000, damaged.Length))] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(files.PathOf("damaged.h5"), damaged);
            Hostile.FileExerciser.Exercise(files.PathOf("damaged.h5"), verifyChecksums: false);
            Assert.Throws<Hdf5FormatException>(() => files.Open("damaged.h5"));
        }
    }

    [Theory]
    [InlineData("family.h5")]
    [InlineData("family-latest.h5")]
    public void A_part_of_a_file_in_several_is_refused_by_name(string file) =>
        Assert.Contains("family", Assert.Throws<Hdf5FormatException>(() => files.Open(file)).Message, StringComparison.Ordinal);

    private static async Task<byte[]> ReadAsync(Hdf5Dataset dataset)
    {
        byte[] read = new byte[dataset.Shape.Aggregate(1L, (count, length) => count * length) * dataset.ElementType!.Bytes];
        await dataset.ReadAsync(dataset.Shape.Select(Hdf5Range.All).ToArray(), read, TestContext.Current.CancellationToken);
        return read;
    }
}
