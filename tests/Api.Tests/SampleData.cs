using System.Runtime.InteropServices;
using Microtome.Fixtures;

namespace Microtome.Api.Tests;

/// <summary>A dataset <c>d</c> made of seeded noise: <c>x</c> (rows × 6 × 5, u1), <c>y</c> (rows, i8) and <c>features</c> (rows × 3, f4), with its bytes at hand.</summary>
internal sealed class SampleData : IDisposable
{
    public const int RowBytesX = 30;

    private readonly TemporaryFolder _folder = new();

    public SampleData(int rows = 500, int seed = 1)
    {
        Rows = rows;
        Random random = new(seed);
        X = new byte[rows * RowBytesX];
        random.NextBytes(X);
        Y = new long[rows];
        W = new float[rows * 3];
        for (int i = 0; i < rows; i++)
        {
            Y[i] = i * 7 % 10;
        }

        for (int i = 0; i < W.Length; i++)
        {
            W[i] = random.NextSingle();
        }

        File.WriteAllBytes(_folder.File("d_x.npy"), NpyFile.Make("|u1", $"({rows}, 6, 5)", X));
        File.WriteAllBytes(_folder.File("d_y.npy"), NpyFile.Make("<i8", $"({rows},)", MemoryMarshal.AsBytes(Y.AsSpan())));
        File.WriteAllBytes(_folder.File("features_d.npy"), NpyFile.Make("<f4", $"({rows}, 3)", MemoryMarshal.AsBytes(W.AsSpan())));
    }

    public string Folder => _folder.Path;

    public int Rows { get; }

    public byte[] X { get; }

    public long[] Y { get; }

    public float[] W { get; }

    /// <summary>What a gather of x must be: the naive way.</summary>
    public byte[] GatherX(IEnumerable<long> rows) => [.. rows.SelectMany(row => X.AsSpan((int)row * RowBytesX, RowBytesX).ToArray())];

    public byte[] GatherY(IEnumerable<long> rows) => MemoryMarshal.AsBytes(rows.Select(row => Y[row]).ToArray().AsSpan()).ToArray();

    public void Dispose() => _folder.Dispose();
}
