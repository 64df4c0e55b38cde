using Microsoft.Win32.SafeHandles;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>Where an array says that its rows lie, the file holds just the bytes that reading them gives, whatever axes the rows are of.</summary>
public sealed class LocateTests
{
    private const string Script = """
        import sys, h5py, numpy as np
        random = np.random.default_rng(8)
        grid = np.dtype(("<u4", (4, 6)))
        alone = np.dtype([("only", grid)])
        pair = np.dtype([("first", grid), ("second", "<u4")])

        def write(f, name, shape, dtype, **options):
            made = f.create_dataset(name, shape, dtype=dtype, **options)
            stored = h5py.h5t.py_create(np.dtype(dtype), logical=True)
            made.id.write(h5py.h5s.ALL, h5py.h5s.ALL, np.frombuffer(random.bytes(stored.get_size() * max(1, int(np.prod(shape)))), "u1"), stored)

        with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
            for name, dtype in {"plain": "<u4", "grid": grid, "alone": alone, "pair": pair}.items():
                write(f, f"scalar/{name}", (), dtype)
                write(f, f"rows/{name}", (10,), dtype)
                write(f, f"table/{name}", (5, 2), dtype)
                write(f, f"chunks/{name}", (10, 3), dtype, chunks=(4, 3))
                write(f, f"cut/{name}", (10, 3), dtype, chunks=(4, 2))
                write(f, f"packed/{name}", (10, 3), dtype, chunks=(4, 3), compression="gzip")
                compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                compact.set_layout(h5py.h5d.COMPACT)
                h5py.h5d.create(f.id, f"compact-{name}".encode(), h5py.h5t.py_create(np.dtype(dtype), logical=True), h5py.h5s.create_simple((3,)), compact)
            f.create_dataset("last", data=np.arange(24, dtype="<u4"))
        """;

    [Theory]
    [InlineData("earliest")]
    [InlineData("latest")]
    public async Task Located_rows_are_the_rows_that_are_read(string version)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(Script, folder.File("a.h5"), version);
        byte[] file = await File.ReadAllBytesAsync(folder.File("a.h5"), TestContext.Current.CancellationToken);
        using SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        HashSet<string> located = [];
        foreach (Hdf5Dataset dataset in Hdf5File.Open(handle, new()).ReadObjects().OfType<Hdf5Dataset>().SelectMany(whole => whole.Members.Prepend(whole)))
            await CheckAsync(dataset, file, located);

        string[] plain = ["plain", "grid", "alone.only"];
        string[] expected = [.. new[] { "scalar", "rows", "table", "chunks" }.SelectMany(_ => plain, (place, name) => $"/{place}/{name}"), "/last"];
        Assert.Equal(expected.Order(), located.Order());
    }

    private static async Task CheckAsync(Hdf5Dataset dataset, byte[] file, HashSet<string> located)
    {
        if (dataset.ElementType is null)
            return;

        long rows = dataset.Shape.IsEmpty ? 1 : dataset.Shape[0];
        long rowBytes = dataset.Shape.Aggregate(1L, (product, length) => product * length) / rows * dataset.ElementType.Bytes;
        for (long row = 0; row < rows; row++)
        {
            for (long count = 1; count <= rows - row; count++)
            {
                if (!dataset.TryLocate(row, count, out long offset))
                    continue;

                located.Add(dataset.Path);
                byte[] read = new byte[count * rowBytes];
                Hdf5Range[] box = [.. dataset.Shape.Select(Hdf5Range.All)];
                if (box.Length > 0)
                    box[0] = new(row, count);

                await dataset.ReadAsync(box, read, TestContext.Current.CancellationToken);
                Assert.True(read.AsSpan().SequenceEqual(file.AsSpan((int)offset, read.Length)), $"{count} rows from {row} of {dataset.Path}");
            }
        }
    }
}
