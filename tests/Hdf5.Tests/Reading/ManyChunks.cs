using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>Files of one array of 262,144 chunks of one row each, by the kind of its chunk index.</summary>
public sealed class ManyChunks : IDisposable
{
    public const int Count = 262_144;

    private const string Script = """
        import sys, h5py, numpy as np
        data = np.arange(262144, dtype="<u4").reshape(-1, 1)
        with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
            rows = f.create_dataset("rows", data.shape, "<u4", chunks=(1, 1), maxshape={"none": None, "first": (None, 1), "all": (None, None)}[sys.argv[3]])
            rows[...] = data
        """;

    private static readonly (string Index, string Version, string Growth)[] Kinds =
        [("v1-btree", "earliest", "none"), ("fixed-array", "latest", "none"), ("extensible-array", "latest", "first"), ("v2-btree", "latest", "all")];

    private readonly TemporaryFolder _folder = new();

    public ManyChunks()
    {
        Python.Require("h5py");
        Parallel.ForEach(Kinds, new() { MaxDegreeOfParallelism = 2 }, kind => Python.Run(Script, PathOf(kind.Index), kind.Version, kind.Growth));
    }

    public string PathOf(string index) => _folder.File(index + ".h5");

    public void Dispose() => _folder.Dispose();
}
