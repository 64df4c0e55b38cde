using System.Security.Cryptography;
using System.Text;
using Microtome.Hdf5.Attributes;
using Microtome.Hdf5.Datatypes;
using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5.Tests.Corpus;

/// <summary>Digests of what the reader makes of data, in the schemes of the corpus manifest.</summary>
internal static class CorpusDigests
{
    private const long MaxValues = 1 << 24;

    public static async Task<string> RawAsync(Hdf5Dataset dataset, long? row = null)
    {
        Hdf5Range[] all = [.. dataset.Shape.Select(Hdf5Range.All)];
        if (row is { } only)
            all[0] = new(only, 1);

        byte[] bytes = new byte[all.Aggregate(1L, (count, range) => count * range.Count) * dataset.ElementType!.Bytes];
        await dataset.ReadAsync(all, bytes, TestContext.Current.CancellationToken);
        return Sha256(bytes);
    }

    public static async Task<string> FileBytesAsync(Hdf5Dataset dataset) => Sha256(await ElementsAsync(dataset));

    public static async Task<string> Json1Async(Hdf5Dataset dataset)
    {
        if (dataset.IsNull)
            return Sha256("null"u8);

        byte[] elements = await ElementsAsync(dataset);
        ElementDecoder decoder = new(dataset.Description.Context, MaxValues);
        int size = dataset.Type.Size;
        Datatype type = AsH5py(dataset.Type);
        List<object?> values = [];
        for (int at = 0; at < elements.Length; at += size)
            values.Add(decoder.Decode(type, elements.AsSpan(at, size)));

        return Json(values);
    }

    public static async Task<string> RawAsync(Hdf5Attribute attribute) => Sha256(await AttributeNumbers.ReadAsync(attribute));

    public static string Json1(Hdf5Attribute attribute)
    {
        if (attribute.IsNull)
            return Sha256("null"u8);

        ElementDecoder decoder = new(attribute.Context!, MaxValues);
        Datatype type = AsH5py(attribute.Type!);
        List<object?> values = [];
        for (int at = 0; at < attribute.Data.Length; at += type.Size)
            values.Add(decoder.Decode(type, attribute.Data.Span.Slice(at, type.Size)));

        return Json(values);
    }

    /// <summary>
    /// Two things that h5py 3.7 does to values and that the digests therefore have: an opaque type whose tag names a NumPy text type
    /// is read as text, and the elements of big-endian sequences come without their bytes swapped.
    /// </summary>
    private static Datatype AsH5py(Datatype type) => type switch
    {
        OpaqueType opaque when opaque.Tag.StartsWith("NUMPY:|S", StringComparison.Ordinal) => new StringType(opaque.Size, StringPadding.NullPadded, false),
        VariableLengthType { IsString: false, Base: IntegerType baseType } sequence => sequence with { Base = baseType with { IsBigEndian = false } },
        _ => type,
    };

    private static async Task<byte[]> ElementsAsync(Hdf5Dataset dataset)
    {
        byte[] elements = new byte[dataset.Description.Space.Count * dataset.Type.Size];
        await ElementReader.ReadAsync(dataset.Description.Storage!, 0, elements, TestContext.Current.CancellationToken);
        return elements;
    }

    private static string Json(IReadOnlyList<object?> values)
    {
        StringBuilder text = new();
        Tests.Corpus.Json1.AppendList(text, values);
        return Sha256(Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
