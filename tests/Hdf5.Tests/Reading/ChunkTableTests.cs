using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>Large chunk tables are small in memory, and right at both ends, in whatever index they come.</summary>
[Collection("alone")]
public sealed class ChunkTableTests(ITestOutputHelper output)
{
    private const int Chunks = 262_144;
    private const long MaxTableBytes = 8L << 20;

    private const string Script = """
        import sys, h5py, numpy as np
        data = np.arange(262144, dtype="<u4").reshape(-1, 1)
        with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
            rows = f.create_dataset("rows", data.shape, "<u4", chunks=(1, 1), maxshape={"none": None, "first": (None, 1), "all": (None, None)}[sys.argv[3]])
            rows[...] = data
        """;

    [Theory]
    [InlineData("earliest", "none", "v1-btree")]
    [InlineData("latest", "none", "fixed-array")]
    [InlineData("latest", "first", "extensible-array")]
    [InlineData("latest", "all", "v2-btree")]
    public async Task A_table_of_262144_chunks_takes_a_few_megabytes(string version, string growth, string index)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(Script, folder.File("a.h5"), version, growth);
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        Hdf5Dataset rows = Assert.Single(Hdf5File.Open(handle, new()).ReadObjects().OfType<Hdf5Dataset>());
        Assert.Equal(index, rows.ChunkIndex);

        long before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(4L * Chunks, rows.ReadStoredBytes());
        clock.Stop();
        long taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{index}: {clock.ElapsedMilliseconds} ms, {taken >> 10} KiB");
        Assert.True(taken < MaxTableBytes, $"{taken} bytes");

        var random = new Random(1);
        byte[] element = new byte[4];
        for (int i = 0; i < 1000; i++)
        {
            long row = i switch { 0 => 0, 1 => Chunks - 1, _ => random.Next(Chunks) };
            await rows.ReadAsync(new Hdf5Range[] { new(row, 1), new(0, 1) }, element, TestContext.Current.CancellationToken);
            Assert.Equal(row, BitConverter.ToUInt32(element));
        }

        Assert.True(rows.TryLocate(77, 1, out long offset));
        RandomAccess.Read(handle, element, offset);
        Assert.Equal(77u, BitConverter.ToUInt32(element));
    }
}
