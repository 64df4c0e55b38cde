using System.Globalization;
using System.Runtime.InteropServices;
using Microtome.Fixtures;

namespace Microtome.Page.Tests;

/// <summary>Datasets of every kind that the samples are not: colours, signals, volumes, numbers, none, and a hundred million rows.</summary>
internal sealed class MadeData : IDisposable
{
    public const int Colours = 120;
    public const long Huge = 100_000_000;

    private readonly TemporaryFolder _folder = new();

    public MadeData()
    {
        Random random = new(3);
        Write("colours_x", "|u1", $"({Colours}, 16, 12, 3)", ColourBytes = Noise(random, Colours * 16 * 12 * 3));
        Write("colours_y", "<i2", $"({Colours}, 1)", Bytes(Enumerable.Range(0, Colours).Select(row => (short)(row % 3 - 1))));
        Write("signals_data", "<f4", "(40, 300, 5)", Bytes(Enumerable.Range(0, 40 * 300 * 5).Select(at => MathF.Sin(at / 40f) + random.NextSingle())));
        Write("volumes", "<i2", "(40, 9, 20, 24)", VolumeBytes = Bytes(Enumerable.Range(0, 40 * 9 * 20 * 24).Select(at => (short)(at % 997))));
        Write("floats", "<f4", "(90, 20, 20)", Bytes(Enumerable.Range(0, 90 * 400).Select(_ => random.NextSingle() * 7 - 3)));
        Write("numbers", "<f8", "(70,)", Bytes(Enumerable.Range(0, 70).Select(at => at * 1.25)));
        Write("few", "<i4", "(3, 4)", Bytes(Enumerable.Range(0, 12)));
        Write("waves", "<c8", "(30, 50)", Bytes(Enumerable.Range(0, 3000).Select(at => MathF.Cos(at / 9f))));
        Write("none", "<f4", "(0, 4)", []);
        Write("a-name-so-long-that-nobody-would-choose-it-but-somebody-does-all-the-same.v2", "|u1", "(50, 9, 9)", Noise(random, 50 * 81));
        byte[] header = NpyFile.Make("|u1", string.Create(CultureInfo.InvariantCulture, $"({Huge}, 4, 4)"), []);
        using FileStream huge = File.Create(_folder.File("huge.npy"));
        huge.Write(header);
        huge.SetLength(header.Length + (Huge * 16)); // A hole: it takes no room.
    }

    public string Folder => _folder.Path;

    public byte[] ColourBytes { get; }

    public byte[] VolumeBytes { get; }

    public void Dispose() => _folder.Dispose();

    private static byte[] Noise(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Bytes<T>(IEnumerable<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray();

    private void Write(string name, string dtype, string shape, byte[] bytes) => File.WriteAllBytes(_folder.File(name + ".npy"), NpyFile.Make(dtype, shape, bytes));
}
