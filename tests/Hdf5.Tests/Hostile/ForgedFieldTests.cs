using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Microtome.Fixtures;
using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Tests.Hostile;

/// <summary>
/// One field changed in a structure that has a checksum, and the checksum put right, as who forges a file would: superblock, object
/// headers, heaps, trees and chunk indexes. Each ends in data or a typed error, without using memory out of proportion.
/// </summary>
[Collection("alone")]
public sealed class ForgedFieldTests(ITestOutputHelper output)
{
    private const int RoundsEach = 60;
    private const int LongestStructure = 4096;
    private const long MaxAllocatedBytes = 64L << 20;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    /// <summary>"\x89HDF" begins a superblock; the others are the specification's signatures.</summary>
    private static readonly string[] Signatures =
        ["\u0089HDF", "OHDR", "OCHK", "FRHP", "FHIB", "BTHD", "BTIN", "BTLF", "FAHD", "FADB", "EAHD", "EAIB", "EASB", "EADB"];

    private const string Script = """
        import sys, h5py, numpy as np
        with h5py.File(sys.argv[1], "w", libver="latest") as f:
            for how, most in {"fixed": None, "extensible": (None, 3), "tree": (None, None)}.items():
                f.create_dataset(how, data=np.arange(120).reshape(40, 3), chunks=(1, 3), maxshape=most)
                f.create_dataset(how + "-gzip", data=np.arange(120).reshape(40, 3), chunks=(2, 3), maxshape=most, compression="gzip")
            f.create_dataset("plain", data=np.arange(6.0))
            many = f.create_group("many")
            for i in range(200):
                many[f"a rather long name of a link, number {i:04}"] = h5py.SoftLink("/plain")
            for i in range(40):
                f["plain"].attrs[f"attribute {i:03}"] = "text " * 20
        """;

    [Fact]
    public void A_forged_field_ends_in_data_or_a_typed_error()
    {
        Python.Require("h5py");
        using TemporaryFolder folder = new();
        string path = folder.File("a.h5");
        Python.Run(Script, path);
        byte[] sound = File.ReadAllBytes(path);
        int whole = FileExerciser.Exercise(path, verifyChecksums: true);
        List<(string Signature, int At, int Length)> structures = [.. Find(sound)];
        Assert.Empty(Signatures.Except(structures.Select(structure => structure.Signature)).Except(["EASB"]));

        var random = new Random(29);
        int changed = 0;
        foreach (IGrouping<string, (string, int At, int Length)> kind in structures.GroupBy(structure => structure.Signature))
        {
            (string, int At, int Length)[] all = [.. kind];
            for (int round = 0; round < RoundsEach; round++)
            {
                (_, int at, int length) = all[random.Next(all.Length)];
                byte[] forged = (byte[])sound.Clone();
                string what = $"{kind.Key} at {at}: {Forge(random, forged.AsSpan(at, length))}";
                File.WriteAllBytes(path, forged);
                changed += Exercise(path, what) < whole ? 1 : 0;
            }
        }

        output.WriteLine($"{structures.Count} structures; {changed} forgeries took something away");
        Assert.True(changed > RoundsEach, "most fields matter");
    }

    private static int Exercise(string path, string what)
    {
        long before = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        int read = 0;
        try
        {
            read = FileExerciser.Exercise(path, verifyChecksums: true);
        }
        catch (Exception exception)
        {
            Assert.Fail($"{what}: {exception}");
        }

        long allocated = GC.GetTotalAllocatedBytes() - before;
        Assert.True(allocated < MaxAllocatedBytes, $"{what}: {allocated} bytes allocated");
        Assert.True(clock.Elapsed < Hang, $"{what}: {clock.Elapsed}");
        return read;
    }

    /// <summary>A structure reaches from its signature to where the four bytes are that are the checksum of all before them.</summary>
    private static IEnumerable<(string Signature, int At, int Length)> Find(byte[] file)
    {
        foreach (string signature in Signatures)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(signature);
            for (int at = file.AsSpan().IndexOf(bytes); at >= 0;)
            {
                int longest = Math.Min(LongestStructure, file.Length - at);
                int length = Enumerable.Range(12, Math.Max(0, longest - 11)).FirstOrDefault(length =>
                    BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + length - 4)) == Checksum.Compute(file.AsSpan(at, length - 4)));
                if (length > 0)
                    yield return (signature, at, length);

                int next = file.AsSpan(at + 4).IndexOf(bytes);
                at = next < 0 ? -1 : at + 4 + next;
            }
        }
    }

    private static string Forge(Random random, Span<byte> structure)
    {
        int width = 1 << random.Next(4);
        int at = random.Next(4, Math.Max(5, structure.Length - 4 - width));
        Span<byte> field = structure.Slice(at, Math.Min(width, structure.Length - 4 - at));
        string how;
        switch (random.Next(5))
        {
            case 0:
                field.Clear();
                how = "zero";
                break;
            case 1:
                field.Fill(0xff);
                how = "all bits";
                break;
            case 2:
                field[0]++;
                how = "one more";
                break;
            case 3:
                field[^1] ^= 0x80;
                how = "the highest bit";
                break;
            default:
                random.NextBytes(field);
                how = "random";
                break;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(structure[^4..], Checksum.Compute(structure[..^4]));
        return $"{field.Length} bytes at {at}, {how}";
    }
}
