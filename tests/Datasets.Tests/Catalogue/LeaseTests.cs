using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;

namespace Microtome.Datasets.Tests.Catalogue;

public sealed class LeaseTests
{
    [Fact]
    public async Task Files_are_closed_with_the_last_lease()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "open files are counted in /proc");
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a.npy", "|u1", 3);
        DatasetLease first = await folder.LeaseAsync("a");
        DatasetLease second = await folder.LeaseAsync("a");
        await first.Dataset.GetVersionAsync(TestContext.Current.CancellationToken);
        string path = folder.File("a.npy");
        Assert.True(IsOpen(path));

        File.Delete(path);
        await folder.ScanAsync();
        first.Dispose();
        first.Dispose();
        Assert.True(IsOpen(path + " (deleted)"));
        Assert.Equal(3, (await CatalogueFolder.ReadAsync(second.Dataset.Arrays[0])).Length);

        second.Dispose();
        Assert.False(IsOpen(path + " (deleted)"));
    }

    [Fact]
    public async Task A_file_that_several_datasets_share_is_closed_with_the_last_of_them()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "open files are counted in /proc");
        await using CatalogueFolder folder = new();
        folder.WriteFake("a.h5", "x_train |u1 3", "x_test |u1 3");
        DatasetLease train = await folder.LeaseAsync("a.train");
        DatasetLease test = await folder.LeaseAsync("a.test");
        string path = folder.File("a.h5");
        File.Delete(path);
        await folder.ScanAsync();
        train.Dispose();
        Assert.True(IsOpen(path + " (deleted)"));
        test.Dispose();
        Assert.False(IsOpen(path + " (deleted)"));
    }

    [Fact]
    public async Task A_refused_file_is_not_held_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "open files are counted in /proc");
        await using CatalogueFolder folder = new();
        File.WriteAllText(folder.File("a.txt"), "text");
        File.WriteAllBytes(folder.File("b.npy"), NpyFile.Bytes(0, "|u1", 100)[..150]);
        folder.WriteFake("c.h5", "cut");
        await folder.ScanAsync();
        Assert.All((string[])["a.txt", "b.npy", "c.h5"], name => Assert.False(IsOpen(folder.File(name))));
    }

    [Fact]
    public async Task After_disposal_nothing_is_served_and_running_answers_finish()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a.npy", "|u1", 3);
        using DatasetLease lease = await folder.LeaseAsync("a");
        await folder.Catalogue.DisposeAsync();
        Assert.Null(folder.Catalogue.TryAcquire("a"));
        Assert.Equal(3, (await CatalogueFolder.ReadAsync(lease.Dataset.Arrays[0])).Length);
        await folder.ScanAsync();
        Assert.Empty(folder.Catalogue.Datasets);
    }

    [Fact]
    public async Task Leases_taken_while_files_are_replaced_always_read_whole_contents()
    {
        await using CatalogueFolder folder = new();
        const int Length = 50_000;
        File.WriteAllBytes(folder.File("a.npy"), Filled(0));
        await folder.ScanAsync();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<int>[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => ReadUntilAsync(folder, stop.Token)))];
        for (int round = 1; round <= 40; round++)
        {
            File.WriteAllBytes(folder.File(".next"), Filled((byte)round));
            File.Move(folder.File(".next"), folder.File("a.npy"), overwrite: true);
            await folder.ScanAsync();
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));

        static byte[] Filled(byte value)
        {
            byte[] bytes = NpyFile.Bytes(0, "|u1", Length);
            bytes.AsSpan(NpyFile.HeaderBytes).Fill(value);
            return bytes;
        }
    }

    [Fact]
    public async Task A_read_between_two_checks_is_of_one_content_while_files_are_rewritten_in_place()
    {
        await using CatalogueFolder folder = new() { Clock = { Offset = TimeSpan.Zero } };
        byte[] content = NpyFile.Bytes(0, "|u1", 200_000);
        content.AsSpan(NpyFile.HeaderBytes).Clear();
        File.WriteAllBytes(folder.File("a.npy"), content);
        await folder.ScanAsync();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<int> reader = Task.Run(() => ReadCheckedUntilAsync(folder, stop.Token));
        for (byte round = 1; round <= 12; round++)
        {
            content.AsSpan(NpyFile.HeaderBytes).Fill(round);
            await RewriteAsync(folder.File("a.npy"), content);
            await folder.ScanAsync();
            using DatasetLease lease = folder.Catalogue.TryAcquire("a")!;
            Assert.Equal(round, (await CatalogueFolder.ReadAsync(lease.Dataset.Arrays[0]))[^1]);
        }

        await stop.CancelAsync();
        Assert.True(await reader > 0);
    }

    [Fact]
    public async Task The_catalogue_notices_changes_by_itself()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a.npy", "|u1", 3);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task running = folder.Catalogue.RunAsync(stop.Token);
        await CatalogueFolder.UntilAsync(() => folder.Catalogue.IsReady && folder.Catalogue.Datasets.Count == 1);
        folder.WriteNpy("b.npy", "|u1", 3);
        await CatalogueFolder.UntilAsync(() => folder.Catalogue.Datasets.Count == 2);
        File.Delete(folder.File("a.npy"));
        await CatalogueFolder.UntilAsync(() => folder.Catalogue.Datasets.Count == 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static async Task<int> ReadUntilAsync(CatalogueFolder folder, CancellationToken stop)
    {
        int reads = 0;
        while (!stop.IsCancellationRequested || reads == 0)
        {
            using DatasetLease lease = folder.Catalogue.TryAcquire("a")!;
            byte[] bytes = await CatalogueFolder.ReadAsync(lease.Dataset.Arrays[0]);
            Assert.True(bytes.AsSpan().IndexOfAnyExcept(bytes[0]) < 0, "two contents in one read");
            Assert.True(lease.Dataset.IsUnchanged());
            reads++;
        }

        return reads;
    }

    private static async Task<int> ReadCheckedUntilAsync(CatalogueFolder folder, CancellationToken stop)
    {
        int whole = 0;
        while (!stop.IsCancellationRequested)
        {
            using DatasetLease lease = folder.Catalogue.TryAcquire("a")!;
            byte[] bytes;
            try
            {
                bytes = await CatalogueFolder.ReadAsync(lease.Dataset.Arrays[0]);
            }
            catch (ArrayReadException)
            {
                continue; // Cut short by the writer.
            }

            if (lease.Dataset.IsUnchanged())
            {
                Assert.True(bytes.AsSpan().IndexOfAnyExcept(bytes[0]) < 0, "two contents in one read");
                whole++;
            }
        }

        return whole;
    }

    /// <summary>As <c>np.save</c> does over the same path: cuts the file to nothing, then writes it piece by piece.</summary>
    private static async Task RewriteAsync(string path, byte[] content)
    {
        using FileStream file = new(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        foreach (byte[] piece in content.Chunk(50_000))
        {
            await file.WriteAsync(piece);
            await Task.Yield();
        }
    }

    private static bool IsOpen(string path) =>
        Directory.EnumerateFileSystemEntries("/proc/self/fd").Any(entry => new FileInfo(entry).LinkTarget == path);
}
