using System.Diagnostics;
using Microtome.Fixtures;
using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5.Tests.Reading;

/// <summary>Rows a second beside h5py on the same files, by hand: <c>dotnet run --project tests/Hdf5.Tests -c Release -- -explicit only</c>.</summary>
public sealed class ReadRates(ITestOutputHelper output)
{
    private const int RowBytes = 96 * 96 * 3;
    private const int RowsPerBatch = 64;
    private const int Rows = 4096;
    private const int Chunks = 262_144;

    private const string Script = """
        import sys, time, os, h5py, numpy as np
        path, rows, shape = sys.argv[1], int(sys.argv[2]), (96, 96, 3)
        random = np.random.default_rng(0)
        base = random.integers(0, 60, (64,) + shape, dtype="u1")
        with h5py.File(path, "w") as f:
            kinds = {"contiguous": {}, "1-row chunks": dict(chunks=(1,) + shape), "1-row chunks, gzip": dict(chunks=(1,) + shape, compression="gzip"),
                     "64-row chunks, gzip + shuffle": dict(chunks=(64,) + shape, compression="gzip", shuffle=True)}
            for name, options in kinds.items():
                d = f.create_dataset(name, (rows,) + shape, "u1", **options)
                for i in range(0, rows, 64):
                    d[i:i + 64] = base + (i // 64)
            many = f.create_dataset("many", (262144, 1), "u4", chunks=(1, 1))
            many[...] = np.arange(262144).reshape(-1, 1)
        with h5py.File(path, "r") as f:
            for name in kinds:
                d, done, start = f[name], 0, time.perf_counter()
                while done < 3 or time.perf_counter() - start < 2:
                    d[np.sort(random.choice(rows, 64, replace=False))]
                    done += 1
                print(f"{name}\t{64 * done / (time.perf_counter() - start):.0f}")
        """;

    [Fact(Explicit = true)]
    public async Task Rows_a_second_beside_h5py()
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        string[] theirs = Python.Run(Script, folder.File("a.h5"), $"{Rows}").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ChunkCache cache = new(64 << 20);
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(folder.File("a.h5"));
        var datasets = Hdf5File.Open(handle, new() { ChunkCache = cache }).ReadObjects().OfType<Hdf5Dataset>().ToDictionary(found => found.Path);
        foreach (string line in theirs)
        {
            string[] fields = line.Split('\t');
            long misses = cache.Misses;
            double alone = await RateAsync(datasets["/" + fields[0]], readers: 1);
            output.WriteLine($"decoded {(cache.Misses - misses) / 2.5:F0} chunks/s");
            double together = await RateAsync(datasets["/" + fields[0]], readers: 4);
            output.WriteLine($"{fields[0]}: h5py {fields[1]} rows/s, one reader {alone:F0}, four {together:F0}");
        }

        long before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        datasets["/many"].ReadStoredBytes();
        output.WriteLine($"table of {Chunks} chunks: {clock.ElapsedMilliseconds} ms, {(GC.GetTotalMemory(forceFullCollection: true) - before) >> 10} KiB");
    }

    private static async Task<double> RateAsync(Hdf5Dataset dataset, int readers)
    {
        await Task.WhenAll(Enumerable.Range(0, readers).Select(reader => Task.Run(() => ReadAsync(dataset, reader, TimeSpan.FromSeconds(0.5)))));
        var clock = Stopwatch.StartNew();
        long[] rows = await Task.WhenAll(Enumerable.Range(0, readers).Select(reader => Task.Run(() => ReadAsync(dataset, reader, TimeSpan.FromSeconds(2)))));
        return rows.Sum() / clock.Elapsed.TotalSeconds;
    }

    private static async Task<long> ReadAsync(Hdf5Dataset dataset, int seed, TimeSpan time)
    {
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        byte[] row = new byte[RowBytes];
        long[] rows = new long[RowsPerBatch];
        var selection = dataset.Shape.Select(Hdf5Range.All).ToArray();
        long done = 0;
        while (clock.Elapsed < time)
        {
            for (int i = 0; i < rows.Length; i++)
                rows[i] = random.NextInt64(Rows);

            Array.Sort(rows);
            dataset.Hint(rows);
            foreach (long wanted in rows)
            {
                selection[0] = new(wanted, 1);
                await dataset.ReadAsync(selection, row);
            }

            done += rows.Length;
        }

        return done;
    }
}
