using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Hostile;

/// <summary>Many object headers that continue in the same large block: the file has few bytes, reading it as often as it says takes minutes.</summary>
public sealed class SharedContinuationTests(ITestOutputHelper output)
{
    private const int Datasets = 700;
    private const long BlockBytes = 4L << 20;
    private const long LeastBytesRead = 1L << 30;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    /// <summary>A block of empty messages behind the file's end, and a continuation to it in the place of a first empty message of each header.</summary>
    private const string Script = """
        import sys, struct, h5py
        with h5py.File(sys.argv[1], "w", libver="earliest") as f:
            for i in range(700):
                f.create_dataset(f"d{i:03}", (1,), "i1")
            headers = [h5py.h5o.get_info(f[f"d{i:03}"].id).addr for i in range(700)]
        file = bytearray(open(sys.argv[1], "rb").read())
        block = (struct.pack("<HHB3x", 0, 65528, 0) + bytes(65528)) * 64
        start = (len(file) + 7) // 8 * 8
        file += bytes(start - len(file)) + block
        for header in headers:
            at = header + 16
            while True:
                kind, length = struct.unpack("<HH", file[at:at + 4])
                if kind == 0 and length >= 16:
                    break
                at += 8 + length
            file[at:at + 2] = (16).to_bytes(2, "little")
            file[at + 8:at + 24] = struct.pack("<QQ", start, len(block))
        file[40:48] = len(file).to_bytes(8, "little")
        open(sys.argv[1], "wb").write(file)
        """;

    [Fact]
    public void As_many_are_read_as_an_honest_file_may_need_and_the_others_say_why_not()
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(Script, folder.File("a.h5"));
        using SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        var clock = Stopwatch.StartNew();
        Hdf5Object[] found = [.. Hdf5File.Open(handle, new()).ReadObjects()];
        output.WriteLine($"{found.Length} objects, {clock.ElapsedMilliseconds} ms");
        Assert.True(clock.Elapsed < Hang, $"{clock.Elapsed}");
        Assert.Equal(Datasets + 1, found.Length);
        Assert.InRange(found.OfType<Hdf5Dataset>().Count(), 1, (int)(LeastBytesRead / BlockBytes));
        Assert.All(found.OfType<Hdf5Unreadable>(), left => Assert.Contains("object headers have more than", left.Reason, StringComparison.Ordinal));
    }
}
