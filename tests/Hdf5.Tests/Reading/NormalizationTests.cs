using Microsoft.Win32.SafeHandles;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>A floating-point type that is an IEEE one but for its mantissa's normalization is refused by that.</summary>
public sealed class NormalizationTests
{
    private const string Script = """
        import sys, h5py
        with h5py.File(sys.argv[1], "w") as f:
            for name, norm in {"none": h5py.h5t.NORM_NONE, "msb": h5py.h5t.NORM_MSBSET}.items():
                real = h5py.h5t.IEEE_F16LE.copy()
                real.set_norm(norm)
                h5py.h5d.create(f.id, name.encode(), real, h5py.h5s.create_simple((3,)))
        """;

    [Theory]
    [InlineData("/none", "<f2 with the mantissa normalization \"none\"")]
    [InlineData("/msb", "<f2 with the mantissa normalization \"msb set\"")]
    public void The_reason_names_the_normalization(string path, string reason)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(Script, folder.File("a.h5"));
        using SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        Hdf5Dataset dataset = Hdf5File.Open(handle, new()).ReadObjects().OfType<Hdf5Dataset>().Single(found => found.Path == path);
        Assert.Null(dataset.ElementType);
        Assert.Contains(reason, dataset.Reason, StringComparison.Ordinal);
    }
}
