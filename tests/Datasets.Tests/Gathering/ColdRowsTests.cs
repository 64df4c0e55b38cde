using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Gathering;

/// <summary>Rows that are not in memory are brought there, or asked for ahead; what is sent is the same in any case.</summary>
public sealed partial class ColdRowsTests : IDisposable
{
    private const int Rows = 400;
    private const int RowBytes = 27_648;

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _data = new byte[Rows * RowBytes];
    private readonly DataFile _file;
    private readonly PlainSource _source;

    public ColdRowsTests()
    {
        new Random(5).NextBytes(_data);
        using (FileStream stream = File.Create(_folder.File("x.bin")))
        {
            stream.Write(_data);
            stream.Flush(flushToDisk: true);
        }

        _file = DataFile.Open(_folder.File("x.bin"));
        _source = new(_file, 0, new(Dtype.UInt8, new(Rows, 96, 96, 3)));
    }

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(400)]
    public async Task Missing_rows_are_waited_for_apart_and_come_out_as_they_are(int count)
    {
        Evict();
        long[] rows = Pick(count, seed: count);
        long before = ColdReaders.Shared.ReadBytes;
        Assert.Equal(Expected(rows), await WriteAsync(Stored(rows)));
        Assert.True(ColdReaders.Shared.ReadBytes - before >= Math.Min((long)count, 64) * RowBytes / 2, "the rows were not brought into memory before");
        Assert.All(rows, row => Assert.True(IsHeld(row)));
    }

    [Fact]
    public async Task Rows_in_memory_are_not_waited_for()
    {
        long[] rows = Pick(64, seed: 1);
        byte[] expected = Expected(rows);
        Assert.Equal(expected, await ReadAsync(Stored(rows)));
        long before = ColdReaders.Shared.ReadBytes;
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(expected, await ReadAsync(Stored(rows)));
            Assert.Equal(expected, await WriteAsync(Stored(rows)));
        }

        Assert.Equal(before, ColdReaders.Shared.ReadBytes);
    }

    [Fact]
    public async Task Boxes_within_cold_rows_come_out_as_they_are()
    {
        Evict();
        Region crop = new([new(8, 16), new(4, 32, 2), new(0, 3)]);
        long[] rows = Pick(50, seed: 2);
        StoredArray array = new("x", _source, new ListMap(rows), new(_source.Spec, crop, new(16, 32, 3)), new(50, 16, 32, 3));
        byte[] expected = [.. rows.SelectMany(row => Crop(row))];
        Assert.Equal(expected, await WriteAsync(array));
        Assert.All(rows, row => Assert.True(IsHeld(row)));

        IEnumerable<byte> Crop(long row)
        {
            for (int y = 8; y < 24; y++)
            {
                for (int x = 4; x < 68; x += 2)
                {
                    for (int c = 0; c < 3; c++)
                    {
                        yield return _data[(row * RowBytes) + (((y * 96) + x) * 3) + c];
                    }
                }
            }
        }
    }

    [Fact]
    public async Task The_next_steps_of_an_epoch_are_asked_for_while_a_step_is_read()
    {
        Evict();
        GatherTemplate template = new([new("x", _source, RowSlice.Whole(_source.Spec))]);
        Epoch epoch = new(new Permutation(Rows, 3, 0, "order"), 8, Tail.Drop, Shard.Whole);
        EpochWalks walks = new();
        walks.Pass(1, template, epoch, 0);
        Assert.False(template.IsFar()); // Nobody has missed a row yet.
        await WriteAsync(Step(0));
        Assert.True(template.IsFar());
        walks.Pass(1, template, epoch, 1);
        walks.Pass(1, template, epoch, 2);
        long[] ahead = new long[8];
        epoch.CopyRows(epoch.SliceOf(3), ahead);
        DateTime end = DateTime.UtcNow.AddSeconds(20);
        while (!ahead.All(IsHeld))
        {
            Assert.True(DateTime.UtcNow < end, "the next step was not asked for");
            await Task.Delay(5);
        }

        StoredArray Step(long step)
        {
            long[] rows = new long[8];
            epoch.CopyRows(epoch.SliceOf(step), rows);
            return Stored(rows);
        }
    }

    [Fact]
    public async Task An_answer_goes_on_where_it_waited_behind_those_that_need_not_wait()
    {
        (bool IsOfPool, int Rank) found = (true, 0);
        for (int i = 0; i < 50 && found.IsOfPool; i++)
        {
            Evict(); // A row that is there sooner than it is waited for says nothing.
            FileRun[] runs = ArrayPool<FileRun>.Shared.Rent(1);
            Assert.True(_source.TryLocate(0, 1, out runs[0]));
            found = await ColdReaders.Shared.BringAsync(runs, 1).ContinueWith(
                _ => (Thread.CurrentThread.IsThreadPoolThread, RankOfThread()),
                TestContext.Current.CancellationToken,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        Assert.False(found.IsOfPool);
        Assert.True(found.Rank > 0, "the thread counts as much as those of the pool");
    }

    [Fact]
    public async Task A_file_that_has_become_shorter_ends_in_an_error()
    {
        Evict();
        File.WriteAllBytes(_folder.File("x.bin"), _data.AsSpan(0, RowBytes * 10).ToArray());
        await Assert.ThrowsAsync<ArrayReadException>(() => WriteAsync(Stored(Pick(64, seed: 9))));
    }

    /// <summary>The calling thread's nice value: the nineteenth word of its line, counted from behind its name.</summary>
    private static int RankOfThread()
    {
        string line = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(line[(line.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }

    private static long[] Pick(int count, int seed)
    {
        long[] rows = new long[count];
        new Permutation(Rows, (ulong)seed, 0, "test").CopyTo(0, rows);
        return rows;
    }

    private StoredArray Stored(long[] rows) =>
        new("x", _source, new ListMap(rows), RowSlice.Whole(_source.Spec), new(rows.Length, 96, 96, 3));

    private byte[] Expected(long[] rows) => [.. rows.SelectMany(row => _data.AsSpan((int)row * RowBytes, RowBytes).ToArray())];

    private bool IsHeld(long row) => PageCache.Holds(_file.Address + (nint)(row * RowBytes), RowBytes);

    private static async Task<byte[]> WriteAsync(StoredArray array)
    {
        using MemoryStream stream = new();
        PipeWriter pipe = PipeWriter.Create(stream);
        BatchBody body = new(pipe);
        await array.WriteAsync(body, TestContext.Current.CancellationToken);
        await body.FlushAsync(TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private static async Task<byte[]> ReadAsync(StoredArray array)
    {
        byte[] bytes = new byte[array.Bytes];
        await array.ReadAsync(0, bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    /// <summary>Drops the file from the page cache; skips the test where the file system keeps it, or cannot say.</summary>
    private void Evict()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("only Linux can say what is in memory");
        }

        const int DontNeed = 4;
        for (int i = 0; i < 100 && IsHeld(Rows / 2); i++)
        {
            Assert.Equal(0, Advise(_file.Handle, 0, 0, DontNeed));
            Thread.Sleep(10);
        }

        if (IsHeld(Rows / 2))
        {
            Assert.Skip("this file system keeps files in memory");
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
