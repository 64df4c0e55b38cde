using Microtome.Fixtures;
using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>What reading a row allocates: nothing where its chunk is there, little where that must be decoded first.</summary>
public sealed class ReadAllocationTests
{
    private const int Rows = 2048;
    private const int RowBytes = 300;

    private const string Script = """
        import sys, h5py, numpy as np
        data = np.random.default_rng(3).integers(0, 16, (2048, 300), dtype="u1")
        with h5py.File(sys.argv[1], "w") as f:
            f.create_dataset("gzip", data=data, chunks=(64, 300), compression="gzip", shuffle=True)
        """;

    /// <param name="cacheBytes">Room for everything, and for none: then every read decodes a chunk.</param>
    /// <param name="most">Bytes a row.</param>
    [Theory]
    [InlineData(256 << 20, 0)]
    [InlineData(0, 1024)]
    public void A_row_costs_at_most(int cacheBytes, int most)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(Script, folder.File("a.h5"));
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        ChunkCache cache = new(cacheBytes);
        Hdf5Dataset dataset = Assert.Single(Hdf5File.Open(handle, new() { ChunkCache = cache }).ReadObjects().OfType<Hdf5Dataset>());
        byte[] row = new byte[RowBytes];
        ReadEveryRow(dataset, row);

        long misses = cache.Misses;
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadEveryRow(dataset, row);
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Rows;

        Assert.InRange(each, 0, most);
        Assert.Equal(cacheBytes == 0 ? Rows : 0, cache.Misses - misses);
    }

    /// <summary>All on this thread: a single chunk is decoded by who asks for it.</summary>
    private static void ReadEveryRow(Hdf5Dataset dataset, byte[] row)
    {
        Hdf5Range[] selection = [default, Hdf5Range.All(RowBytes)];
        for (int i = 0; i < Rows; i++)
        {
            selection[0] = new(i * 7 % Rows, 1);
            Assert.True(dataset.ReadAsync(selection, row, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
        }
    }
}
