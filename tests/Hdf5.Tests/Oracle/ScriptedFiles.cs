using Microsoft.Win32.SafeHandles;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>Files that a script beside the tests makes, opened when asked for and closed in the end.</summary>
public abstract class ScriptedFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<SafeFileHandle> _handles = [];

    protected ScriptedFiles() => Python.Require("h5py");

    public string PathOf(string file) => _folder.File(file);

    /// <summary>Runs a script of this folder, which is told where its files go.</summary>
    protected void Make(string script, params string[] arguments) =>
        Python.Run(File.ReadAllText(Repository.PathOf("tests", "Hdf5.Tests", "Oracle", script)), [_folder.Path, .. arguments]);

    protected Hdf5File OpenFile(string file)
    {
        _handles.Add(File.OpenHandle(PathOf(file)));
        return Hdf5File.Open(_handles[^1], new());
    }

    public void Dispose()
    {
        _handles.ForEach(handle => handle.Dispose());
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
