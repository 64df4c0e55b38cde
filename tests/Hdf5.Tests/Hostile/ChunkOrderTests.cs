using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Hostile;

/// <summary>A version 1 B-tree has no checksum, but an order: a chunk that is not where it says does not silently become the fill value.</summary>
public sealed class ChunkOrderTests
{
    private const int Chunks = 10;
    private const int PrefixBytes = 24;
    private const int EntryBytes = 32;

    private const string Script = """
        import sys, h5py, numpy as np
        with h5py.File(sys.argv[1], "w", libver="earliest") as f:
            f.create_dataset("a", data=np.arange(1, 101, dtype="<i4"), chunks=(10,), maxshape=(None,))
        """;

    [Theory]
    [InlineData(3, 20L << 32)] // Out of the array, as a chunk of one that has shrunk.
    [InlineData(3, 90)]
    [InlineData(3, 20)]
    [InlineData(0, 20)]
    [InlineData(9, 0)]
    public async Task A_key_out_of_order_is_an_error(int entry, long element)
    {
        Hdf5FormatException error = await Assert.ThrowsAsync<Hdf5FormatException>(() => ReadAsync(entry, element));
        Assert.Contains("order of its chunks", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunk_behind_the_array_as_it_is_now_is_passed_over()
    {
        int[] read = await ReadAsync(Chunks - 1, 1000);
        Assert.Equal([.. Enumerable.Range(1, 90), .. Enumerable.Repeat(0, 10)], read);
    }

    private static async Task<int[]> ReadAsync(int entry, long element)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        string path = folder.File("a.h5");
        Python.Run(Script, path);
        byte[] file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        int node = file.AsSpan().IndexOf("TREE\u0001\0"u8);
        Assert.Equal(Chunks, file[node + 6]);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(node + PrefixBytes + (entry * EntryBytes) + 8), element);
        await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
        using SafeFileHandle handle = File.OpenHandle(path);
        Hdf5Dataset dataset = Assert.Single(Hdf5File.Open(handle, new()).ReadObjects().OfType<Hdf5Dataset>());
        byte[] numbers = new byte[4 * 10 * Chunks];
        await dataset.ReadAsync(new Hdf5Range[] { new(0, 10 * Chunks) }, numbers, TestContext.Current.CancellationToken);
        return [.. numbers.Chunk(4).Select(number => BitConverter.ToInt32(number))];
    }
}
