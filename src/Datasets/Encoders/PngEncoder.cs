using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>Pictures (PNG, second edition): u1 and bool with 8 bits a sample, u2 with 16; grey, RGB or RGBA; written line by line of cells in bounded memory.</summary>
public sealed class PngEncoder : IBatchEncoder
{
    /// <summary>What is read of a row of pictures at once.</summary>
    private const long MaxBandBytes = 1 << 20;

    private static readonly uint[] CrcTable = MakeCrcTable();

    public string Name => "png";

    public string MediaType => "image/png";

    public string Extension => "png";

    public bool IsBinary => false;

    public bool HoldsSeveral => false;

    public bool IsDownload => false;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public string? Refuse(Batch batch)
    {
        if (batch.Arrays is not [var array])
        {
            return "png holds exactly one array";
        }

        if (array.Dtype != Dtype.UInt8 && array.Dtype != Dtype.Bool && array.Dtype != Dtype.UInt16)
        {
            return $"png shows u1, u2 and bool, not {array.Dtype}" + array.Dtype.Kind switch
            {
                DtypeKind.Float => "; add a transform, as in transform=scale(255,0)|cast(u1) for floats from 0 to 1",
                DtypeKind.Signed or DtypeKind.Unsigned => "; add a transform: transform=cast(u1) for numbers from 0 to 255",
                _ => "",
            };
        }

        PngSheet.TryMake(array.Shape, batch.SheetColumns, out string? reason);
        return reason;
    }

    public long? GetByteCount(Batch batch) => null;

    public async ValueTask WriteAsync(Batch batch, BatchBody body, CancellationToken cancellationToken)
    {
        BatchArray array = batch.Arrays[0];
        PngSheet sheet = PngSheet.TryMake(array.Shape, batch.SheetColumns, out _)!;
        await body.WriteAsync(Signature.ToArray(), cancellationToken);
        await WriteChunkAsync(body, "IHDR", Header(sheet, array.Dtype), cancellationToken);
        using MemoryStream packed = new();
        await using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (long row = 0; row < sheet.Rows; row++)
            {
                await WriteCellsAsync(array, sheet, row, zlib, cancellationToken);
                await PassOnAsync(body, packed, cancellationToken);
            }
        }

        await PassOnAsync(body, packed, cancellationToken);
        await WriteChunkAsync(body, "IEND", default, cancellationToken);
    }

    private static byte[] Header(PngSheet sheet, Dtype dtype)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, (int)(sheet.Columns * sheet.Width));
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), (int)(sheet.Rows * sheet.Height));
        header[8] = (byte)(dtype.ItemSize * 8);
        header[9] = sheet.Channels switch { 1 => 0, 3 => 2, _ => 6 };
        return header;
    }

    /// <summary>
    /// One row of pictures, drawn line by line, each with its filter byte (0, none). Of each picture as many lines are read at
    /// once as fit together into a bounded band.
    /// </summary>
    private static async ValueTask WriteCellsAsync(BatchArray array, PngSheet sheet, long row, ZLibStream zlib, CancellationToken cancellationToken)
    {
        int lineBytes = sheet.Width * sheet.Channels * array.Dtype.ItemSize;
        long cellBytes = (long)lineBytes * sheet.Height;
        int cells = (int)Math.Min(sheet.Columns, sheet.Pictures - (row * sheet.Columns));
        int bandLines = (int)Math.Clamp(MaxBandBytes / ((long)lineBytes * cells), 1, sheet.Height);
        byte[] band = ArrayPool<byte>.Shared.Rent(checked(cells * bandLines * lineBytes));
        byte[] line = ArrayPool<byte>.Shared.Rent(checked((int)(sheet.Columns * lineBytes)) + 1);
        try
        {
            Memory<byte> drawn = line.AsMemory(0, (int)(sheet.Columns * lineBytes) + 1);
            drawn.Span.Clear();
            for (int y = 0; y < sheet.Height; y += bandLines)
            {
                int lines = Math.Min(bandLines, sheet.Height - y);
                for (int cell = 0; cell < cells; cell++)
                {
                    long at = (((row * sheet.Columns) + cell) * cellBytes) + ((long)y * lineBytes);
                    await array.ReadAsync(at, band.AsMemory(cell * bandLines * lineBytes, lines * lineBytes), cancellationToken);
                }

                for (int i = 0; i < lines; i++)
                {
                    for (int cell = 0; cell < cells; cell++)
                    {
                        band.AsSpan(((cell * bandLines) + i) * lineBytes, lineBytes).CopyTo(drawn.Span[(1 + (cell * lineBytes))..]);
                    }

                    ToSamples(drawn.Span.Slice(1, cells * lineBytes), array.Dtype);
                    zlib.Write(drawn.Span);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(band);
            ArrayPool<byte>.Shared.Return(line);
        }
    }

    /// <summary>PNG's samples are big-endian, and true is white.</summary>
    private static void ToSamples(Span<byte> line, Dtype dtype)
    {
        if (dtype == Dtype.UInt16)
        {
            Span<ushort> samples = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(line);
            BinaryPrimitives.ReverseEndianness(samples, samples);
        }
        else if (dtype == Dtype.Bool)
        {
            foreach (ref byte sample in line)
            {
                sample = sample == 0 ? (byte)0 : (byte)255;
            }
        }
    }

    private static async ValueTask PassOnAsync(BatchBody body, MemoryStream packed, CancellationToken cancellationToken)
    {
        if (packed.Length > 0)
        {
            await WriteChunkAsync(body, "IDAT", packed.GetBuffer().AsMemory(0, (int)packed.Length), cancellationToken);
            packed.SetLength(0);
        }
    }

    private static async ValueTask WriteChunkAsync(BatchBody body, string type, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        byte[] head = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(head, data.Length);
        System.Text.Encoding.ASCII.GetBytes(type, head.AsSpan(4));
        byte[] tail = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(tail, ~Crc(Crc(uint.MaxValue, head.AsSpan(4)), data.Span));
        await body.WriteAsync(head, cancellationToken);
        await body.WriteAsync(data, cancellationToken);
        await body.WriteAsync(tail, cancellationToken);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1);
            }

            table[i] = crc;
        }

        return table;
    }
}
