using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Formats.Npy;

/// <summary>
/// An array of texts of fixed length: <c>U</c> (UTF-32 in either byte order) or <c>S</c> (bytes; UTF-8 where they are such, else
/// Latin-1). Null characters at the end are padding, as NumPy has it.
/// </summary>
internal sealed class NpyTextSource : ITextSource
{
    /// <summary>What is read at once.</summary>
    private const int BlockBytes = 1 << 18;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly FileRun _data;
    private readonly int _itemBytes;
    private readonly Func<byte[], int, int, string> _decode;

    private NpyTextSource(FileRun data, Shape shape, int itemBytes, Func<byte[], int, int, string> decode)
    {
        _data = data;
        _itemBytes = itemBytes;
        _decode = decode;
        Shape = shape;
    }

    public Shape Shape { get; }

    /// <summary>The texts of a file; null where its elements are no texts, or lie in Fortran order.</summary>
    /// <exception cref="FormatException">The file is too short for the array.</exception>
    public static NpyTextSource? TryMake(FileRun file, long dataOffset, NpyHeader header)
    {
        string descr = header.Descr;
        bool isOrdered = descr.Length > 0 && descr[0] is '<' or '>' or '|' or '=';
        string code = isOrdered ? descr[1..] : descr;
        if (code.Length < 2 || code[0] is not ('U' or 'S' or 'a') || (header.FortranOrder && header.Shape.Rank > 1)
            || !int.TryParse(code.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > BlockBytes / sizeof(int))
        {
            return null;
        }

        int itemBytes = code[0] == 'U' ? length * sizeof(int) : length;
        long available = file.Length - dataOffset;
        if (itemBytes > 0 && header.Shape.Count > available / itemBytes)
        {
            throw new FormatException($"The file is too short: the array ({header.Shape}) of {descr} needs {header.Shape.Count} × {itemBytes} bytes after offset {dataOffset}, the file has {file.Length}.");
        }

        bool isBig = descr[0] == '>';
        return new(file.Slice(dataOffset, header.Shape.Count * itemBytes), header.Shape, itemBytes, code[0] == 'U' ? (bytes, at, count) => DecodeUtf32(bytes.AsSpan(at, count), isBig) : DecodeBytes);
    }

    public ValueTask<int> ReadAsync(long start, Memory<string> destination, CancellationToken cancellationToken)
    {
        Span<string> texts = destination.Span;
        if (_itemBytes == 0)
        {
            texts.Fill("");
            return new(texts.Length);
        }

        int count = Math.Min(BlockBytes / _itemBytes, texts.Length);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(count * _itemBytes);
        _data.CopyTo(start * _itemBytes, bytes.AsSpan(0, count * _itemBytes));
        for (int i = 0; i < count; i++)
        {
            texts[i] = _decode(bytes, i * _itemBytes, _itemBytes);
        }

        ArrayPool<byte>.Shared.Return(bytes);
        return new(count);
    }

    private static string DecodeUtf32(ReadOnlySpan<byte> bytes, bool isBig)
    {
        StringBuilder text = new();
        int padding = 0;
        for (int at = 0; at < bytes.Length; at += sizeof(uint))
        {
            uint point = isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            if (point == 0)
            {
                padding++;
                continue;
            }

            text.Append('\0', padding);
            padding = 0;
            text.Append(Rune.IsValid(point) ? new Rune(point).ToString() : Rune.ReplacementChar.ToString());
        }

        return text.ToString();
    }

    private static string DecodeBytes(byte[] bytes, int at, int count)
    {
        ReadOnlySpan<byte> text = bytes.AsSpan(at, count).TrimEnd((byte)0);
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(text);
        }
    }
}
