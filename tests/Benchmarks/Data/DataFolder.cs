using System.Globalization;
using Microtome.Benchmarks.Contenders;
using Microtome.Fixtures;

namespace Microtome.Benchmarks.Data;

/// <summary>The files that are served, made when first asked for, in a folder that is removed at the end.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly string _path;
    private readonly Dictionary<string, DataSet> _made = [];
    private readonly Dictionary<string, string?> _hdf5 = [];

    public DataFolder(string parent)
    {
        _path = Path.Combine(Path.GetFullPath(parent), $"microtome-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(_path);
    }

    public string PathOf(string name) => Path.Combine(_path, name);

    /// <summary>A folder of its own for a data set and what is made from it, so that a server finds nothing else there.</summary>
    public DataSet Make(string name, long rows, int rowBytes, string dtype = "|u1")
    {
        if (_made.TryGetValue(name, out DataSet? made))
        {
            return made;
        }

        string folder = Directory.CreateDirectory(PathOf(name)).FullName;
        DataSet data = new(name, rows, rowBytes, Path.Combine(folder, name + ".npy"));
        int items = rowBytes / (dtype[^1] - '0');
        byte[] head = NpyFile.Make(dtype, string.Create(CultureInfo.InvariantCulture, $"({rows}, {items})"), []);
        using (FileStream file = File.Create(data.NpyPath))
        {
            file.Write(head);
            byte[] row = new byte[rowBytes];
            Random random = new(1);
            for (long i = 0; i < rows; i++)
            {
                random.NextBytes(row);
                file.Write(row);
            }
        }

        FileCache.Reload(data.NpyPath);
        return _made[name] = data;
    }

    /// <summary>The same rows as a contiguous HDF5 dataset, by h5py; null where that is missing.</summary>
    public string? MakeHdf5(DataSet data)
    {
        if (!_hdf5.TryGetValue(data.Name, out string? path))
        {
            bool isMade = PythonTools.Has("h5py") && PythonTools.Run("make_hdf5.py", data.NpyPath, data.Hdf5Path);
            _hdf5[data.Name] = path = isMade ? data.Hdf5Path : null;
            if (isMade)
            {
                FileCache.Reload(data.Hdf5Path);
            }
        }

        return path;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
