using System.Buffers.Binary;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Formats.Npy;

/// <summary>
/// NumPy's <c>.npy</c>, versions 1, 2 and 3 (NEP 1): a magic string, a length, a Python dictionary, the elements. Bool, integers,
/// floats and complex in both byte orders, C and Fortran order; other dtypes are listed with the reason why they are not served.
/// </summary>
public sealed class NpyFormat : IDatasetFormat
{
    /// <summary>Headers are some hundred bytes; structured dtypes make them longer. NumPy itself stops at 10,000 unless told otherwise.</summary>
    private const int MaxHeaderBytes = 1 << 20;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public string Name => "npy";

    public int HeadBytes => Magic.Length;

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith(Magic);

    public OpenedFile Open(DataFile file)
    {
        FileRun bytes = new(file.Handle, 0, file.Length);
        (long dataOffset, NpyHeader header) = ReadHeader(bytes);
        return new([Describe(file, dataOffset, header)], OpenedFile.NoAttributes);
    }

    private static (long DataOffset, NpyHeader Header) ReadHeader(FileRun file)
    {
        Span<byte> start = stackalloc byte[12];
        if (file.Length < 10)
        {
            throw new FormatException("The .npy header is cut short.");
        }

        start = start[..(int)Math.Min(12, file.Length)];
        file.CopyTo(0, start);
        (int prefix, long length) = start[6] switch
        {
            1 => (10, BinaryPrimitives.ReadUInt16LittleEndian(start[8..])),
            2 or 3 when start.Length == 12 => (12, BinaryPrimitives.ReadUInt32LittleEndian(start[8..])),
            2 or 3 => throw new FormatException("The .npy header is cut short."),
            byte version => throw new FormatException($"Version {version}.{start[7]} of .npy is not known."),
        };
        if (length > MaxHeaderBytes || length > file.Length - prefix)
        {
            throw new FormatException($"The .npy header says that it is {length} bytes long; the file has {file.Length} bytes in all.");
        }

        byte[] text = new byte[length];
        file.CopyTo(prefix, text);
        return (prefix + length, NpyHeader.Parse(start[6] == 3 ? System.Text.Encoding.UTF8.GetString(text) : System.Text.Encoding.Latin1.GetString(text)));
    }

    private static OpenedArray Describe(DataFile file, long dataOffset, NpyHeader header)
    {
        if (!Dtype.TryParse(header.Descr, out Dtype? dtype, out bool bigEndian))
        {
            return new()
            {
                Name = "",
                Dtype = header.Descr,
                Shape = header.Shape,
                StoredBytes = file.Length - dataOffset,
                Texts = NpyTextSource.TryMake(new(file.Handle, 0, file.Length), dataOffset, header),
                Reason = Unservable(header.Descr),
            };
        }

        PlainSource source = new(file, dataOffset, MakeSpec(dtype, header.Shape), header.FortranOrder ? ElementOrder.Fortran : ElementOrder.C, bigEndian);
        return new() { Name = "", Dtype = dtype.Name, Shape = header.Shape, Source = source, StoredBytes = source.Spec.Bytes };
    }

    private static ArraySpec MakeSpec(Dtype dtype, Shape shape)
    {
        try
        {
            return new(dtype, shape);
        }
        catch (ArgumentException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static string Unservable(string descr) => descr.TrimStart('<', '>', '|', '=') switch
    {
        ['[', ..] or ['(', ..] => "structured dtypes are not served; save each field as an array of its own",
        ['O', ..] => "object arrays hold pickled Python, which is not read",
        ['S' or 'a' or 'U' or 'T', ..] => "texts are no numbers; they are shown as JSON, and used by where and by=",
        ['M' or 'm', ..] => "dates and durations are not served; save them as int64",
        ['V', ..] => "raw void elements are not served",
        _ => $"the dtype {descr} is not served",
    };
}
