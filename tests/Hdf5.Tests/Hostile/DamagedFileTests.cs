using System.Diagnostics;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Hostile;

/// <summary>
/// Seeded damage to small real files: bytes flipped, runs overwritten, tails cut off. Each ends in data or a typed error, without
/// using memory out of proportion. <c>MICROTOME_FUZZ</c> sets the number of rounds for a longer run (and <c>MICROTOME_FUZZ_SEED</c> its seed).
/// </summary>
[Collection("alone")]
public sealed class DamagedFileTests(ITestOutputHelper output)
{
    private const int DefaultRounds = 3000;
    private const int LargestFileBytes = 64 << 10;
    private const long MaxAllocatedBytes = 64L << 20;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    [Fact]
    public void Damaged_files_end_in_data_or_a_typed_error()
    {
        List<string> sources = Sources();
        int rounds = Setting("MICROTOME_FUZZ", DefaultRounds);
        var random = new Random(Setting("MICROTOME_FUZZ_SEED", 20240607));
        using TemporaryFolder folder = new();
        string path = folder.File("damaged.h5");
        int survivors = 0;
        for (int round = 0; round < rounds; round++)
        {
            string source = sources[random.Next(sources.Count)];
            byte[] bytes = File.ReadAllBytes(source);
            string damage = Damage(random, ref bytes);
            File.WriteAllBytes(path, bytes);
            long before = GC.GetTotalAllocatedBytes();
            var clock = Stopwatch.StartNew();
            try
            {
                survivors += FileExerciser.Exercise(path, verifyChecksums: round % 3 == 0) > 0 ? 1 : 0;
            }
            catch (Exception exception)
            {
                Assert.Fail($"round {round}, {source}, {damage}: {exception}");
            }

            long allocated = GC.GetTotalAllocatedBytes() - before;
            Assert.True(allocated < MaxAllocatedBytes, $"round {round}, {source}, {damage}: {allocated} bytes allocated");
            Assert.True(clock.Elapsed < Hang, $"round {round}, {source}, {damage}: {clock.Elapsed}");
        }

        output.WriteLine($"{rounds} damaged files, something could still be read from {survivors}");
        Assert.True(survivors > rounds / 10, "damage this small leaves most files partly readable");
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : otherwise;

    private static List<string> Sources()
    {
        string corpus = Repository.PathOf("..", "shared", "corpus", "hdf5", "files");
        if (!Directory.Exists(corpus))
            Repository.SkipOrFail("the corpus of real files is not beside the repository");

        return [.. Directory.EnumerateFiles(corpus, "*", SearchOption.AllDirectories)
            .Where(file => new FileInfo(file).Length <= LargestFileBytes).Order(StringComparer.Ordinal)];
    }

    private static string Damage(Random random, ref byte[] bytes)
    {
        switch (random.Next(6))
        {
            case 0:
                int length = random.Next(bytes.Length);
                bytes = bytes[..length];
                return $"cut to {length}";
            case 1:
                int at = random.Next(bytes.Length);
                int count = Math.Min(random.Next(1, 16), bytes.Length - at);
                random.NextBytes(bytes.AsSpan(at, count));
                return $"{count} random bytes at {at}";
            case 2:
                at = random.Next(bytes.Length);
                count = Math.Min(8, bytes.Length - at);
                bytes.AsSpan(at, count).Fill(0xff);
                return $"{count} set bytes at {at}";
            case 3:
                // The head, where the structures are.
                at = random.Next(Math.Min(bytes.Length, 2048));
                bytes[at] ^= (byte)(1 << random.Next(8));
                return $"one bit at {at}";
            default:
                int flips = random.Next(1, 12);
                for (int i = 0; i < flips; i++)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

                return $"{flips} bytes anywhere";
        }
    }
}
