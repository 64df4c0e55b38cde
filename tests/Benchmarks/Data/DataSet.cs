namespace Microtome.Benchmarks.Data;

/// <summary>A file of random bytes: how many rows of how many bytes (as u1), and where its <c>.npy</c> and its contiguous HDF5 lie.</summary>
internal sealed record DataSet(string Name, long Rows, int RowBytes, string NpyPath)
{
    /// <summary>Bytes before the first row of the <c>.npy</c> file.</summary>
    public const int HeaderBytes = 128;

    public string Hdf5Path => Path.ChangeExtension(NpyPath, ".h5");
}
