using System.Globalization;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>The files that cells.py makes, open, and what h5py reads from each array in them.</summary>
public sealed class Cells : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Microsoft.Win32.SafeHandles.SafeFileHandle> _handles = [];

    public Cells()
    {
        Python.Require("h5py");
        Python.Run(File.ReadAllText(Repository.PathOf("tests", "Hdf5.Tests", "Oracle", "cells.py")), _folder.Path);
        byte[] expected = File.ReadAllBytes(_folder.File("expected.bin"));
        Dictionary<string, Dictionary<string, Hdf5Dataset>> files = [];
        foreach (string line in File.ReadLines(_folder.File("cells.txt")))
        {
            string[] fields = line.Split('\t');
            if (!files.TryGetValue(fields[0], out Dictionary<string, Hdf5Dataset>? datasets))
                files.Add(fields[0], datasets = Open(fields[0]));

            long[] shape = [.. fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
            int offset = int.Parse(fields[4], CultureInfo.InvariantCulture);
            int length = int.Parse(fields[5], CultureInfo.InvariantCulture);
            All.Add(new($"{fields[0]}{fields[1]}", datasets.GetValueOrDefault(fields[1]), fields[2], shape, expected.AsMemory(offset, length)));
        }
    }

    internal List<Cell> All { get; } = [];

    public string PathOf(string file) => _folder.File(file);

    public void Dispose()
    {
        _handles.ForEach(handle => handle.Dispose());
        _folder.Dispose();
    }

    private Dictionary<string, Hdf5Dataset> Open(string name)
    {
        _handles.Add(File.OpenHandle(_folder.File(name)));
        IEnumerable<Hdf5Dataset> datasets = Hdf5File.Open(_handles[^1], new()).ReadObjects().OfType<Hdf5Dataset>();
        return datasets.SelectMany(dataset => dataset.Members.Prepend(dataset)).ToDictionary(dataset => dataset.Path);
    }

    /// <summary>One array, and the bytes that it must read as.</summary>
    internal sealed record Cell(string Name, Hdf5Dataset? Dataset, string Dtype, long[] Shape, ReadOnlyMemory<byte> Expected);
}
