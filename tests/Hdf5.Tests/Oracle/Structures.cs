namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>The files that structures.py makes, open.</summary>
public sealed class Structures : ScriptedFiles
{
    private readonly Dictionary<string, IReadOnlyList<Hdf5Object>> _files = [];

    public Structures()
    {
        Make("structures.py");
        Listing = File.ReadAllLines(PathOf("listing.txt"));
    }

    public string[] Listing { get; }

    public IReadOnlyList<Hdf5Object> Open(string name)
    {
        if (!_files.TryGetValue(name, out IReadOnlyList<Hdf5Object>? objects))
        {
            _files.Add(name, objects = [.. OpenFile(name).ReadObjects()]);
        }

        return objects;
    }

    /// <summary>An object by any of its paths, or a member of an array of compounds.</summary>
    public Hdf5Object Find(string name, string path) =>
        Open(name).SelectMany(found => found is Hdf5Dataset dataset ? [dataset, .. dataset.Members] : new[] { found }).FirstOrDefault(found => found.Path == path || found.Aliases.Contains(path))
        ?? throw new KeyNotFoundException($"{name} has no {path}");
}
