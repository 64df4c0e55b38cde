namespace Microtome.Hdf5.Tests.Reading;

/// <summary>Large chunk tables are small in memory, and right at both ends, in whatever index they come.</summary>
[Collection("alone")]
public sealed class ChunkTableTests(ManyChunks files, ITestOutputHelper output) : IClassFixture<ManyChunks>
{
    private const long MaxTableBytes = 8L << 20;

    [Theory]
    [InlineData("v1-btree")]
    [InlineData("fixed-array")]
    [InlineData("extensible-array")]
    [InlineData("v2-btree")]
    public async Task A_table_of_262144_chunks_takes_a_few_megabytes(string index)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(files.PathOf(index));
        Hdf5Dataset rows = Assert.Single(Hdf5File.Open(handle, new()).ReadObjects().OfType<Hdf5Dataset>());
        Assert.Equal(index, rows.ChunkIndex);

        long before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(4L * ManyChunks.Count, rows.ReadStoredBytes());
        clock.Stop();
        long taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{index}: {clock.ElapsedMilliseconds} ms, {taken >> 10} KiB");
        Assert.True(taken < MaxTableBytes, $"{taken} bytes");

        var random = new Random(1);
        byte[] element = new byte[4];
        for (int i = 0; i < 1000; i++)
        {
            long row = i switch { 0 => 0, 1 => ManyChunks.Count - 1, _ => random.Next(ManyChunks.Count) };
            await rows.ReadAsync(new Hdf5Range[] { new(row, 1), new(0, 1) }, element, TestContext.Current.CancellationToken);
            Assert.Equal(row, BitConverter.ToUInt32(element));
        }

        Assert.True(rows.TryLocate(77, 1, out long offset));
        RandomAccess.Read(handle, element, offset);
        Assert.Equal(77u, BitConverter.ToUInt32(element));
    }
}
