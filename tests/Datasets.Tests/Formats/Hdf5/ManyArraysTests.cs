using System.Buffers.Binary;
using System.Globalization;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Formats.Hdf5;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Formats.Hdf5;

/// <summary>A file may hold a great many arrays: each costs little until it is read, and is then opened as it was listed.</summary>
[Collection("alone")]
public sealed class ManyArraysTests(ITestOutputHelper output)
{
    private const int Arrays = 5000;
    private const int MaxBytesEach = 600;

    private const string Many = """
        import sys, h5py, numpy as np
        with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
            for i in range(5000):
                f[f"group{i % 7}/data{i:06}"] = np.full((3, 2), i, "<i4")
        """;

    private const string One = """
        import os, sys
        os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"
        import h5py, numpy as np
        with h5py.File(sys.argv[1], "w") as f:
            f["x"] = np.arange(int(sys.argv[2]), dtype=sys.argv[3])
        """;

    [Theory]
    [InlineData("earliest")]
    [InlineData("latest")]
    public async Task Each_array_costs_little_until_it_is_read(string version)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(Many, folder.File("a.h5"), version);
        using DataFile file = DataFile.Open(folder.File("a.h5"));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        OpenedFile opened = new Hdf5Format(new()).Open(file);
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Arrays;
        output.WriteLine($"{each} bytes kept for each");
        Assert.True(each < MaxBytesEach, $"{each} bytes");
        Assert.Equal(Arrays, opened.Arrays.Count);

        await Parallel.ForAsync(0, 4 * Arrays, TestContext.Current.CancellationToken, async (i, cancellationToken) =>
        {
            OpenedArray array = opened.Arrays[i / 4]; // several first readers of each
            byte[] row = new byte[8];
            await array.Source!.ReadAsync(i % 3, 1, Region.All(array.Shape.Row), row, cancellationToken);
            int number = int.Parse(array.Name[^6..], CultureInfo.InvariantCulture);
            Assert.Equal(number, BinaryPrimitives.ReadInt32LittleEndian(row));
            Assert.Equal(number, BinaryPrimitives.ReadInt32LittleEndian(row.AsSpan(4)));
            Assert.Equal(24, array.StoredBytes);
        });
    }

    [Theory]
    [InlineData("8", "<i4")]
    [InlineData("4", "<f4")]
    public async Task An_array_that_was_rewritten_before_its_first_read_is_not_read(string length, string dtype)
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        Python.Run(One, folder.File("a.h5"), "4", "<i4");
        using DataFile file = DataFile.Open(folder.File("a.h5"));
        IArraySource source = Assert.Single(new Hdf5Format(new()).Open(file).Arrays).Source!;
        Python.Run(One, folder.File("a.h5"), length, dtype);

        Assert.Throws<ArrayReadException>(() => source.TryLocate(0, 1, out _));
        source.Hint([0]);
        await Assert.ThrowsAsync<ArrayReadException>(async () =>
            await source.ReadAsync(0, 4, Region.All(Shape.Scalar), new byte[16], TestContext.Current.CancellationToken));
    }
}
