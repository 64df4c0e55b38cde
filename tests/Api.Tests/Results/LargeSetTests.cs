using System.Buffers.Binary;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>A set of the size that people have (PCam: 96 × 96 × 3 bytes a row), larger than what the server may take for itself.</summary>
[Collection("alone")]
public sealed class LargeSetTests
{
    private const int Rows = 65_536;
    private const int RowBytes = 96 * 96 * 3;
    private const int Batch = 256;

    /// <summary>Every so many rows hold their number; the others are holes in the file, which cost no disk.</summary>
    private const int MarkedEvery = 16;

    [Fact]
    public async Task Shuffled_epochs_of_1_8_GB_take_less_than_150_MB()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Private memory is told by Linux alone.");
        }

        using TemporaryFolder folder = new();
        await WriteAsync(folder.File("pcam_x.npy"));
        await using ServerProcess server = await ServerProcess.StartAsync("--data", folder.Path);
        long most = 0;
        List<long> first = [];
        for (int epoch = 0; epoch < 2; epoch++)
        {
            List<long> marks = [];
            await using Stream stream = await server.Client.GetStreamAsync($"/v1/datasets/pcam/epochs/{epoch}/stream?batch_size={Batch}&seed=5");
            byte[] header = new byte[24];
            byte[] payload = [];
            do
            {
                await stream.ReadExactlyAsync(header);
                int length = (int)BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16));
                payload = payload.Length >= length ? payload : new byte[length];
                await stream.ReadExactlyAsync(payload.AsMemory(0, length));
                if (header[4] == 2)
                {
                    marks.AddRange(Marks(payload.AsSpan(length - (Batch * RowBytes), Batch * RowBytes)));
                    most = Math.Max(most, server.PrivateBytes);
                }
            }
            while (header[4] != 4);

            Assert.Equal(Enumerable.Range(1, (Rows / MarkedEvery) - 1).Select(i => (long)i * MarkedEvery), marks.Order());
            Assert.NotEqual(first, marks);
            first = marks;
        }

        Assert.True(most < 150L << 20, $"the server took {most >> 20} MiB for itself");
        TestContext.Current.TestOutputHelper?.WriteLine($"private memory over two epochs: at most {most >> 20} MiB");
    }

    private static List<long> Marks(ReadOnlySpan<byte> rows)
    {
        List<long> marks = [];
        for (int at = 0; at < rows.Length; at += RowBytes)
        {
            long mark = BinaryPrimitives.ReadInt64LittleEndian(rows[at..]);
            if (mark != 0)
            {
                marks.Add(mark);
            }
        }

        return marks;
    }

    private static async Task WriteAsync(string path)
    {
        byte[] header = NpyFile.Make("|u1", $"({Rows}, 96, 96, 3)", []);
        await using FileStream file = File.Create(path, 1);
        await file.WriteAsync(header);
        file.SetLength(header.Length + ((long)Rows * RowBytes));
        byte[] mark = new byte[sizeof(long)];
        for (long row = 0; row < Rows; row += MarkedEvery)
        {
            BinaryPrimitives.WriteInt64LittleEndian(mark, row);
            await RandomAccess.WriteAsync(file.SafeFileHandle, mark, header.Length + (row * RowBytes));
        }
    }
}
