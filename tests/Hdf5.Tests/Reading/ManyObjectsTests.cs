using System.Diagnostics;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>A file of many objects costs little for each: what is not asked for is not kept.</summary>
[Collection("alone")]
public sealed class ManyObjectsTests(ITestOutputHelper output)
{
    private const int Objects = 4000;
    private const int MaxBytesEach = 1500;

    private const string Script = """
        import sys, h5py, numpy as np
        with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
            for i in range(4000):
                d = f.create_dataset(f"group{i % 7}/data{i:06}", data=np.int32(i))
                if i % 10 == 0:
                    d.attrs["number"] = i
        """;

    [Theory]
    [InlineData("earliest")]
    [InlineData("latest")]
    public async Task A_file_of_many_objects_takes_little_memory_for_each(string version)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        string path = Environment.GetEnvironmentVariable("MICROTOME_HDF5_MANY") ?? folder.File("a.h5");
        if (!File.Exists(path))
            Python.Run(Script, path, version);

        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        Hdf5Dataset[] datasets = [.. Hdf5File.Open(handle, new()).ReadObjects().OfType<Hdf5Dataset>()];
        clock.Stop();
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / datasets.Length;
        output.WriteLine($"{datasets.Length} datasets: {clock.ElapsedMilliseconds} ms, {each} bytes kept for each, {allocated / datasets.Length} allocated");
        Assert.True(each < MaxBytesEach, $"{each} bytes");

        byte[] number = new byte[4];
        await datasets[20].ReadAsync(Array.Empty<Hdf5Range>(), number, TestContext.Current.CancellationToken);
        Assert.Equal(BitConverter.ToInt32(number), int.Parse(datasets[20].Path[^6..], System.Globalization.CultureInfo.InvariantCulture));
        Assert.All(datasets, dataset => Assert.Equal(dataset.Path.EndsWith('0') ? 1 : 0, dataset.ReadAttributes().Count));
    }
}
