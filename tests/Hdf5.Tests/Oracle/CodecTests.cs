using Microtome.Fixtures;
using Microtome.Hdf5.Filters;
using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>Filters that libhdf5 has only as plugins, over chunks packed by the system's own lz4, zstd and blosc.</summary>
public sealed class CodecTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Chunks_of_the_systems_codecs_are_those_that_were_packed()
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(await File.ReadAllTextAsync(Repository.PathOf("tests", "Hdf5.Tests", "Oracle", "codecs.py"), TestContext.Current.CancellationToken), folder.File("a.h5"));
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        var arrays = Hdf5File.Open(handle, new() { NativeCodecs = NativeCodecs.System }).ReadObjects().OfType<Hdf5Dataset>().ToDictionary(found => found.Path);
        Dictionary<string, int> equal = [];
        List<string> wrong = [];
        foreach ((string path, Hdf5Dataset coded) in arrays.Where(entry => entry.Key.StartsWith("/coded/", StringComparison.Ordinal)))
        {
            if (coded.Description.Storage is null)
            {
                wrong.Add($"{path}: {coded.Reason}");
                continue;
            }

            string codec = path.Split('/')[2];
            bool isEqual = Enumerable.SequenceEqual(await BytesAsync(coded), await BytesAsync(arrays[path.Replace("/coded/", "/plain/", StringComparison.Ordinal)]));
            equal[codec] = equal.GetValueOrDefault(codec) + (isEqual ? 1 : 0);
            if (!isEqual)
                wrong.Add(path);
        }

        output.WriteLine(string.Join(", ", equal.Select(entry => $"{entry.Key} {entry.Value}")));
        Assert.Empty(wrong);
        Assert.NotEmpty(equal);
    }

    private static async Task<byte[]> BytesAsync(Hdf5Dataset dataset)
    {
        byte[] elements = new byte[dataset.Description.Space.Count * dataset.Type.Size];
        await ElementReader.ReadAsync(dataset.Description.Storage!, 0, elements, TestContext.Current.CancellationToken);
        return elements;
    }
}
