using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>The files that structures.py makes, open.</summary>
public sealed class Structures : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Microsoft.Win32.SafeHandles.SafeFileHandle> _handles = [];
    private readonly Dictionary<string, IReadOnlyList<Hdf5Object>> _files = [];

    public Structures()
    {
        Python.Require("h5py");
        Python.Run(File.ReadAllText(Repository.PathOf("tests", "Hdf5.Tests", "Oracle", "structures.py")), _folder.Path);
        Listing = File.ReadAllLines(_folder.File("listing.txt"));
    }

    public string[] Listing { get; }

    public IReadOnlyList<Hdf5Object> Open(string name)
    {
        if (!_files.TryGetValue(name, out IReadOnlyList<Hdf5Object>? objects))
        {
            _handles.Add(File.OpenHandle(_folder.File(name)));
            _files.Add(name, objects = [.. Hdf5File.Open(_handles[^1], new()).ReadObjects()]);
        }

        return objects;
    }

    /// <summary>An object by any of its paths, or a member of an array of compounds.</summary>
    public Hdf5Object Find(string name, string path) =>
        Open(name).SelectMany(found => found is Hdf5Dataset dataset ? [dataset, .. dataset.Members] : new[] { found }).FirstOrDefault(found => found.Path == path || found.Aliases.Contains(path))
        ?? throw new KeyNotFoundException($"{name} has no {path}");

    public void Dispose()
    {
        _handles.ForEach(handle => handle.Dispose());
        _folder.Dispose();
    }
}
