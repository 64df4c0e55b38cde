using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>The files that newer.py makes.</summary>
public sealed class NewerFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Microsoft.Win32.SafeHandles.SafeFileHandle> _handles = [];

    public NewerFiles()
    {
        Python.Require("h5py");
        if (!OperatingSystem.IsLinux())
            Repository.SkipOrFail("the script finds libhdf5 as Linux shows it");

        Python.Run(File.ReadAllText(Repository.PathOf("tests", "Hdf5.Tests", "Oracle", "newer.py")), _folder.Path);
    }

    public string PathOf(string file) => _folder.File(file);

    public Hdf5File Open(string file)
    {
        _handles.Add(File.OpenHandle(PathOf(file)));
        return Hdf5File.Open(_handles[^1], new());
    }

    public void Dispose()
    {
        _handles.ForEach(handle => handle.Dispose());
        _folder.Dispose();
    }
}
