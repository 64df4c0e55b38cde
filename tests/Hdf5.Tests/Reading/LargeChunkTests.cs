using Microsoft.Win32.SafeHandles;
using Microtome.Fixtures;
using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>Chunks of many megabytes are decoded a few at a time, and of what that takes nothing is kept but the cache's.</summary>
[Collection("alone")]
public sealed class LargeChunkTests : IDisposable
{
    private const int Chunks = 4;
    private const int Rows = 24;
    private const int RowBytes = 1 << 20;
    private const int Readers = 8;
    private const long MaxKeptBytes = 8L << 20;

    private const string Script = """
        import sys, h5py, numpy as np
        with h5py.File(sys.argv[1], "w") as f:
            for name, options in {"gzip": dict(compression="gzip", compression_opts=1), "three": dict(compression="gzip", compression_opts=1, shuffle=True, fletcher32=True)}.items():
                large = f.create_dataset(name, (96, 1 << 19), "<u2", chunks=(24, 1 << 19), **options)
                for i in range(4):
                    large[24 * i:24 * (i + 1)] = i + 1
            f.create_dataset("small", data=np.arange(1000, dtype="<u2"), chunks=(100,), compression="gzip")
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly ChunkCache _cache = new(4 << 20);
    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, Hdf5Dataset> _datasets;

    public LargeChunkTests()
    {
        Python.Require("h5py");
        Python.Run(Script, _folder.File("a.h5"));
        _handle = File.OpenHandle(_folder.File("a.h5"));
        _datasets = Hdf5File.Open(_handle, new() { ChunkCache = _cache }).ReadObjects().OfType<Hdf5Dataset>().ToDictionary(dataset => dataset.Path);
    }

    public void Dispose()
    {
        _handle.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/gzip")]
    [InlineData("/three")]
    public async Task What_large_chunks_were_decoded_into_is_given_back(string path)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => Task.Run(() => ReadColumnAsync(_datasets[path]))));
        await Task.Run(() => ReadOnce(_datasets[path]), TestContext.Current.CancellationToken);
        long kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(kept < MaxKeptBytes, $"{kept} bytes are kept");
        Assert.True(_cache.Gate.TryEnter(long.MaxValue), "all have left the gate");
    }

    [Fact]
    public async Task A_large_chunk_waits_where_others_take_the_room_and_a_small_one_does_not()
    {
        Assert.True(_cache.Gate.TryEnter(long.MaxValue));
        Task large = ReadColumnAsync(_datasets["/gzip"]);
        var once = Task.Run(() => ReadOnce(_datasets["/gzip"]), TestContext.Current.CancellationToken);
        byte[] small = new byte[2000];
        await _datasets["/small"].ReadAsync(new Hdf5Range[] { new(0, 1000) }, small, TestContext.Current.CancellationToken);
        Assert.Equal(999, BitConverter.ToUInt16(small, 1998));
        _datasets["/gzip"].Hint([0, 50]);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Equal((false, false), (large.IsCompleted, once.IsCompleted));
        _cache.Gate.Leave(long.MaxValue);
        await Task.WhenAll(large, once);
    }

    [Fact]
    public async Task A_large_chunk_that_the_cache_keeps_has_left_the_gate()
    {
        ChunkCache cache = new(256 << 20);
        Hdf5Dataset dataset = Hdf5File.Open(_handle, new() { ChunkCache = cache }).ReadObjects().OfType<Hdf5Dataset>().Single(found => found.Path == "/gzip");
        await ReadColumnAsync(dataset);
        Assert.True(cache.Gate.TryEnter(long.MaxValue), "all have left the gate");
        await ReadColumnAsync(dataset);
        Assert.Equal((Chunks, Chunks), (cache.Misses, cache.Hits));
        Assert.Equal(Chunks * Rows * (long)RowBytes, cache.Bytes);
    }

    [Fact]
    public async Task Damaged_large_chunks_leave_the_gate()
    {
        await using (FileStream file = File.Open(_folder.File("a.h5"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            Assert.True(_datasets["/gzip"].ReadStoredBytes() > 0); // The chunk table is read: what is destroyed are the chunks.
            file.Position = 4096;
            file.Write(new byte[file.Length - 4096]);
        }

        await Assert.ThrowsAsync<Hdf5FormatException>(() => ReadColumnAsync(_datasets["/gzip"]));
        Assert.Throws<Hdf5FormatException>(() => ReadOnce(_datasets["/gzip"]));
        Assert.True(_cache.Gate.TryEnter(long.MaxValue), "all have left the gate");
    }

    private static async Task ReadColumnAsync(Hdf5Dataset dataset)
    {
        byte[] column = new byte[2 * Chunks * Rows];
        await dataset.ReadAsync(new Hdf5Range[] { new(0, Chunks * Rows), new(7, 1) }, column, TestContext.Current.CancellationToken);
        Check(column);
    }

    private static void ReadOnce(Hdf5Dataset dataset)
    {
        byte[] column = new byte[2 * Chunks * Rows];
        dataset.ReadOnce(new Hdf5Range[] { new(0, Chunks * Rows), new(7, 1) }, column);
        Check(column);
    }

    private static void Check(byte[] column)
    {
        for (int row = 0; row < Chunks * Rows; row++)
            Assert.Equal((row / Rows) + 1, BitConverter.ToUInt16(column, 2 * row));
    }
}
