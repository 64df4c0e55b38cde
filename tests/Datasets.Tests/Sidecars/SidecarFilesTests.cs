using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sidecars;
using Microtome.Fixtures;
using static Microtome.Datasets.Tests.Sidecars.SidecarChecks;

namespace Microtome.Datasets.Tests.Sidecars;

/// <summary>Whatever becomes of a sidecar's files (kept, left half written by a killed process, damaged, written to by others), what is served is the array.</summary>
public sealed class SidecarFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_earlier_run_s_work_is_kept()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 4);
        using (SidecarHome home = new(_folder.File("state")))
        using (IArraySource source = home.Attach(array))
        {
            await CheckAsync(array, source, new(1));
            await CompleteAsync(source);
        }

        int decoded = array.DecodedRows;
        using SidecarHome again = new(_folder.File("state"));
        using IArraySource reopened = again.Attach(array);
        await CheckAsync(array, reopened, new(2));
        await CompleteAsync(reopened);
        Assert.Equal(decoded, array.DecodedRows);
    }

    [Fact]
    public async Task What_a_killed_process_leaves_at_any_moment_is_kept_and_right()
    {
        ChunkedFake array = new(new(3000, 24, 30), new(16, 24, 30), seed: 5);
        using SidecarHome home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        int kept = 0;
        for (int moment = 0; moment < 8; moment++)
        {
            // The files as they are while bands are being written: what a process that is killed now would leave.
            await ReadSomeAsync(source, moment);
            string copy = _folder.File($"killed{moment}");
            CopyFolder(_folder.File("state"), copy);
            ChunkedFake same = new(array.Spec.Shape, array.Spec.Chunks!, seed: 5);
            using SidecarHome next = new(copy);
            using IArraySource reopened = next.Attach(same);
            await CheckAsync(same, reopened, new(moment));
            await CompleteAsync(reopened);
            await CheckAsync(same, reopened, new(moment));
            kept += same.DecodedRows < same.Spec.Shape.Rows ? 1 : 0;
        }

        Assert.True(kept >= 4, $"only {kept} of 8 copies kept what was decoded");
    }

    [Theory]
    [InlineData(".rows", "zeros")]
    [InlineData(".rows", "scribble")]
    [InlineData(".rows", "truncate")]
    [InlineData(".rows", "delete")]
    [InlineData(".rows", "grow")]
    [InlineData(".index", "zeros")]
    [InlineData(".index", "scribble")]
    [InlineData(".index", "truncate")]
    [InlineData(".index", "delete")]
    [InlineData(".index", "grow")]
    public async Task Damage_done_while_the_server_is_away_is_noticed(string extension, string damage)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            string state = _folder.File($"{extension}{damage}{seed}");
            ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 6);
            using (SidecarHome home = new(state))
            using (IArraySource source = home.Attach(array))
            {
                await CheckAsync(array, source, new(1));
                await CompleteAsync(source);
            }

            Damage(Directory.GetFiles(state, "*" + extension, SearchOption.AllDirectories).Single(), damage, new(seed));
            using SidecarHome again = new(state);
            using IArraySource reopened = again.Attach(array);
            await CheckAsync(array, reopened, new(2));
            await CompleteAsync(reopened);
            await CheckAsync(array, reopened, new(3));
        }
    }

    [Fact]
    public async Task A_whole_sidecar_that_others_write_to_while_it_is_open_is_dropped()
    {
        ChunkedFake array = new(new(1000, 24, 30), new(64, 24, 30), seed: 7);
        using SidecarHome home = new(_folder.File("state"));
        using IArraySource source = home.Attach(array);
        await CheckAsync(array, source, new(1));
        await CompleteAsync(source);
        SidecarSource sidecar = Assert.IsType<SidecarSource>(source);
        await WaitAsync(() => sidecar.Sidecar!.UnsealedBytes == 0);
        Assert.True(sidecar.IsIntact());
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Damage(Directory.GetFiles(_folder.File("state"), "*.rows", SearchOption.AllDirectories).Single(), "scribble", new(1));
        Assert.False(sidecar.IsIntact());
        await CheckAsync(array, source, new(2));
        Assert.True(sidecar.IsIntact());
    }

    private static async Task ReadSomeAsync(IArraySource source, int seed)
    {
        byte[] bytes = new byte[source.Spec.RowBytes];
        Random random = new(seed);
        for (int i = 0; i < 5; i++)
        {
            await source.ReadAsync(random.NextInt64(source.Spec.Shape.Rows), 1, Region.All(source.Spec.Shape.Row), bytes, TestContext.Current.CancellationToken);
        }
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target); // One after the other: a band may be entered whose bytes are not there, as after a power cut.
        }
    }

    private static void Damage(string path, string damage, Random random)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        long at = random.NextInt64(stream.Length / 2);
        byte[] bytes = new byte[Math.Min(5000, stream.Length - at)];
        switch (damage)
        {
            case "zeros":
                stream.Position = at;
                stream.Write(bytes);
                break;
            case "scribble":
                random.NextBytes(bytes);
                stream.Position = at;
                stream.Write(bytes);
                break;
            case "truncate":
                stream.SetLength(at);
                break;
            case "grow":
                stream.SetLength(stream.Length + 100);
                break;
            default:
                stream.Dispose();
                File.Delete(path);
                break;
        }
    }
}
