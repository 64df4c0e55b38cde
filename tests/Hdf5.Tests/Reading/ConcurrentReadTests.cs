using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>Many readers of one file at once see what one reader sees.</summary>
public sealed class ConcurrentReadTests
{
    private const int Readers = 16;
    private const int Batches = 40;
    private const int RowsPerBatch = 32;
    private const int Rows = 2000;
    private const int RowBytes = 300;

    private const string Script = """
        import sys, h5py, numpy as np
        data = np.random.default_rng(3).integers(0, 16, (2000, 300), dtype="u1")
        with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
            f.create_dataset("gzip", data=data, chunks=(64, 300), maxshape=(None, 300), compression="gzip", shuffle=True)
            f.create_dataset("rows", data=data, chunks=(1, 300), maxshape=(None, 300), compression="gzip")
            f.create_dataset("plain", data=data, chunks=(16, 300))
            f.create_dataset("run", data=data)
        data.tofile(sys.argv[3])
        """;

    /// <param name="version">The format's version.</param>
    /// <param name="cacheBytes">Room for everything, for a few chunks, and for none.</param>
    [Theory]
    [InlineData("earliest", 256 << 20)]
    [InlineData("latest", 256 << 10)]
    [InlineData("latest", 0)]
    public async Task Random_rows_read_by_many_equal_the_serial_result(string version, int cacheBytes)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(Script, folder.File("a.h5"), version, folder.File("a.bin"));
        byte[] expected = await File.ReadAllBytesAsync(folder.File("a.bin"), TestContext.Current.CancellationToken);
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        Microtome.Hdf5.Reading.ChunkCache cache = new(cacheBytes);
        Hdf5Dataset[] datasets = [.. Hdf5File.Open(handle, new() { ChunkCache = cache }).ReadObjects().OfType<Hdf5Dataset>()];
        Assert.Equal(4, datasets.Length);

        await Task.WhenAll(Enumerable.Range(0, Readers).Select(reader => Task.Run(() => ReadAsync(reader, datasets, expected))));
        Assert.True(cache.Bytes <= cacheBytes, $"{cache.Bytes} bytes are kept, {cacheBytes} are allowed");
    }

    private static async Task ReadAsync(int reader, Hdf5Dataset[] datasets, byte[] expected)
    {
        var random = new Random(reader);
        byte[] row = new byte[RowBytes];
        long[] rows = new long[RowsPerBatch];
        for (int batch = 0; batch < Batches; batch++)
        {
            Hdf5Dataset dataset = datasets[random.Next(datasets.Length)];
            for (int i = 0; i < rows.Length; i++)
                rows[i] = random.Next(Rows);

            dataset.Hint(rows);
            foreach (long wanted in rows)
            {
                Array.Fill(row, (byte)0xee);
                await dataset.ReadAsync(new Hdf5Range[] { new(wanted, 1), new(0, RowBytes) }, row, TestContext.Current.CancellationToken);
                if (!row.AsSpan().SequenceEqual(expected.AsSpan((int)wanted * RowBytes, RowBytes)))
                    Assert.Fail($"row {wanted} of {dataset.Path}");
            }

            byte[] all = new byte[5 * RowBytes];
            long start = random.Next(Rows - 400);
            await dataset.ReadAsync(new Hdf5Range[] { new(start, 5, 97), new(0, RowBytes) }, all, TestContext.Current.CancellationToken);
            for (int i = 0; i < 5; i++)
                Assert.True(all.AsSpan(i * RowBytes, RowBytes).SequenceEqual(expected.AsSpan((int)(start + (97 * i)) * RowBytes, RowBytes)));
        }
    }
}
