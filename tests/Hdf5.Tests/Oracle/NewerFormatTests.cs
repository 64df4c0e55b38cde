using Microtome.Fixtures;
using Microtome.Hdf5.Layouts;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>What came into the format with libhdf5 1.10 to 2.0 and is rare: read, or refused by name, with nothing else refused for it.</summary>
public sealed class NewerFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Microsoft.Win32.SafeHandles.SafeFileHandle> _handles = [];

    public NewerFormatTests()
    {
        Python.Require("h5py");
        if (!OperatingSystem.IsLinux())
            Repository.SkipOrFail("the script finds libhdf5 as Linux shows it");

        Python.Run(File.ReadAllText(Repository.PathOf("tests", "Hdf5.Tests", "Oracle", "newer.py")), _folder.Path);
    }

    [Fact]
    public async Task Chunk_indexes_of_data_layout_5_hold_what_those_of_4_do()
    {
        var arrays = Open("layout-5.h5").ReadObjects().OfType<Hdf5Dataset>().ToDictionary(found => found.Path);
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
        Hdf5Dataset[] arrays = [.. Open("references.h5").ReadObjects().OfType<Hdf5Dataset>()];
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

    [Theory]
    [InlineData("family.h5", "family")]
    [InlineData("family-latest.h5", "family")]
    [InlineData("image.h5", "cache image")]
    public void A_file_that_is_not_all_there_is_refused_by_name(string file, string reason) =>
        Assert.Contains(reason, Assert.Throws<Hdf5FormatException>(() => Open(file)).Message, StringComparison.Ordinal);

    public void Dispose()
    {
        _handles.ForEach(handle => handle.Dispose());
        _folder.Dispose();
    }

    private static async Task<byte[]> ReadAsync(Hdf5Dataset dataset)
    {
        byte[] read = new byte[dataset.Shape.Aggregate(1L, (count, length) => count * length) * dataset.ElementType!.Bytes];
        await dataset.ReadAsync(dataset.Shape.Select(Hdf5Range.All).ToArray(), read, TestContext.Current.CancellationToken);
        return read;
    }

    private Hdf5File Open(string file)
    {
        _handles.Add(File.OpenHandle(_folder.File(file)));
        return Hdf5File.Open(_handles[^1], new());
    }
}
