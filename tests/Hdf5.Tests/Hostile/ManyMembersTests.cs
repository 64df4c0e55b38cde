using Microsoft.Win32.SafeHandles;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Hostile;

/// <summary>Many datasets of one committed compound say in a few bytes each that there are thousands of arrays: these count as objects do.</summary>
public sealed class ManyMembersTests
{
    private const int Datasets = 20;
    private const int Members = 300;

    private const string Script = """
        import sys, h5py
        with h5py.File(sys.argv[1], "w", libver="latest") as f:
            compound = h5py.h5t.create(h5py.h5t.COMPOUND, 300)
            for i in range(300):
                compound.insert(b"m%03d" % i, i, h5py.h5t.STD_U8LE)
            compound.commit(f.id, b"type")
            group = f.create_group("group")
            for i in range(20):
                h5py.h5d.create(group.id, b"d%02d" % i, compound, h5py.h5s.create_simple((1,)))
            for i in range(int(sys.argv[2])):
                group[f"other{i}"] = group["d00"]
        """;

    [Theory]
    [InlineData(10_000, 0, 20)]
    [InlineData(1000, 0, 3)]
    [InlineData(1000, 4, 3)] // The first has five paths, so that its members alone would have 1500: they are left out, not others.
    public void Members_beyond_the_limit_are_left_out_and_their_dataset_says_so(int maxObjects, int aliases, int listed)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(Script, folder.File("a.h5"), $"{aliases}");
        using SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        Hdf5File file = Hdf5File.Open(handle, new() { MaxObjects = maxObjects });
        Hdf5Dataset[] datasets = [.. file.ReadObjects().OfType<Hdf5Dataset>()];
        Assert.Equal(Datasets, datasets.Length);
        Hdf5Dataset[] whole = [.. datasets.Where(dataset => dataset.Members.Length == Members)];
        Hdf5Dataset[] cut = [.. datasets.Where(dataset => dataset.Members.IsEmpty)];
        Assert.Equal((listed, Datasets), (whole.Length, whole.Length + cut.Length));
        Assert.All(whole, dataset => Assert.EndsWith("are arrays of their own", dataset.Reason, StringComparison.Ordinal));
        Assert.All(cut, dataset => Assert.EndsWith($"the file has more than {maxObjects} objects and paths of members", dataset.Reason, StringComparison.Ordinal));
        Assert.Equal(Members, file.OpenDataset(datasets[^1].Id).Members.Length);
    }

    [Fact]
    public void A_member_has_the_paths_of_its_dataset()
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(Script, folder.File("a.h5"), "2");
        using SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        Hdf5Dataset first = Hdf5File.Open(handle, new()).ReadObjects().OfType<Hdf5Dataset>().First();
        Assert.Equal(("/group/d00.m007", "/group/other1.m007"), (first.Members[7].Path, first.Members[7].Aliases[1]));
        Assert.Equal(["/group/other0.m007", "/group/other1.m007"], first.Members[7].Aliases);
    }
}
