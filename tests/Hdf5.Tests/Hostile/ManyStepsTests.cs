using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Hostile;

/// <summary>Files of some megabytes whose links say to go on for minutes: the walk ends, and lists what it came by.</summary>
public sealed class ManyStepsTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    private const string SoftLinks = """
        import sys, h5py
        with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
            group = f.create_group("p")
            group["again"] = group
            group["x"] = 1
            for i in range(300):
                group[f"link{i:03}"] = h5py.SoftLink("again/" * 3000 + sys.argv[3])
            for i in range(250):
                f[f"q{i:03}"] = group
        """;

    private const string HardLinks = """
        import sys, h5py
        with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
            group = f.create_group("p")
            group["x"] = 1
            for i in range(30000):
                group[f"{i}"] = group["x"]
            for i in range(250):
                f[f"q{i:03}"] = group
        """;

    [Theory]
    [InlineData("earliest", "x")]
    [InlineData("latest", "x")]
    [InlineData("earliest", "gone")]
    public void Soft_links_through_long_paths_are_followed_for_a_while(string version, string target) => Check(SoftLinks, version, target);

    [Fact]
    public void A_group_of_many_links_and_paths_is_looked_at_for_a_while() => Check(HardLinks, "latest", "");

    private void Check(string script, string version, string target)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(script, folder.File("a.h5"), version, target);
        using SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        var clock = Stopwatch.StartNew();
        Hdf5Object[] found = [.. Hdf5File.Open(handle, new()).ReadObjects()];
        output.WriteLine($"{found.Length} objects, {clock.ElapsedMilliseconds} ms");
        Assert.True(clock.Elapsed < Hang, $"{clock.Elapsed}");
        Assert.Single(found.OfType<Hdf5Dataset>());
        Hdf5Unreadable left = Assert.IsType<Hdf5Unreadable>(found[^1]);
        Assert.Equal("/", left.Path);
        Assert.Contains("not all paths and soft links are listed", left.Reason, StringComparison.Ordinal);
    }
}
