using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Hostile;

/// <summary>In a file whose every structure and chunk has a checksum no flipped byte is ever served: what is read is what was written.</summary>
public sealed class SilentDamageTests(ITestOutputHelper output)
{
    private const int Rounds = 4000;

    private const string Script = """
        import sys, h5py, numpy as np
        random = np.random.default_rng(4)
        with h5py.File(sys.argv[1], "w", libver="latest") as f:
            grown = {"fixed": None, "first": (None, 7), "all": (None, None)}
            for how, most in grown.items():
                for name, options in {"fletcher": dict(fletcher32=True), "gzip": dict(compression="gzip"), "both": dict(compression="gzip", shuffle=True, fletcher32=True),
                                      "lzf": dict(compression="lzf", fletcher32=True)}.items():
                    f.create_dataset(f"{how}/{name}", data=random.integers(0, 9, (40, 7)), chunks=(6, 4), maxshape=most, **options)
            f.create_dataset("single", data=np.arange(30.0), chunks=(30,), fletcher32=True)
        """;

    [Fact]
    public async Task A_flipped_byte_behind_a_checksum_is_never_served()
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        string path = folder.File("a.h5");
        Python.Run(Script, path);
        byte[] sound = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        Dictionary<string, byte[]> expected = await ReadAsync(path, []);
        Assert.Equal(13, expected.Count);
        var random = new Random(17);
        int equal = 0;
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] damaged = (byte[])sound.Clone();
            int at = random.Next(damaged.Length);
            damaged[at] ^= (byte)random.Next(1, 256);
            await File.WriteAllBytesAsync(path, damaged, TestContext.Current.CancellationToken);
            List<string> errors = [];
            foreach ((string name, byte[] bytes) in await ReadAsync(path, errors))
            {
                Assert.True(bytes.AsSpan().SequenceEqual(expected[name]), $"round {round}: byte {at} changed {name}");
                equal++;
            }

            refused += errors.Count;
        }

        output.WriteLine($"{equal} arrays equal, {refused} refused");
        Assert.True(refused > Rounds / 4, "most bytes of the file matter to some array");
    }

    private static async Task<Dictionary<string, byte[]>> ReadAsync(string path, List<string> errors)
    {
        Dictionary<string, byte[]> found = [];
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path);
        try
        {
            foreach (Hdf5Object item in Hdf5File.Open(handle, new() { ChunkCache = new(1 << 20) }).ReadObjects())
            {
                try
                {
                    if (item is Hdf5Dataset { ElementType: not null } dataset)
                    {
                        byte[] bytes = new byte[dataset.Shape.Aggregate(1L, (count, length) => count * length) * dataset.ElementType.Bytes];
                        await dataset.ReadAsync(dataset.Shape.Select(Hdf5Range.All).ToArray(), bytes, TestContext.Current.CancellationToken);
                        found.Add(dataset.Path, bytes);
                    }
                    else if (item is Hdf5Unreadable or Hdf5Group { Reason: not null })
                    {
                        errors.Add(item.Path);
                    }
                }
                catch (Hdf5FormatException exception)
                {
                    errors.Add(exception.Message);
                }
            }
        }
        catch (Hdf5FormatException exception)
        {
            errors.Add(exception.Message);
        }

        return found;
    }
}
