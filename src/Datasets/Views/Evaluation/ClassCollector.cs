using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Views.Evaluation;

/// <summary>
/// Tells the values of an array from each other and counts them, in one pass. Bools of any byte but 0 are one class, as are both
/// zeros and all NaNs. Not for concurrent use.
/// </summary>
internal sealed class ClassCollector(Dtype? dtype)
{
    private readonly Dictionary<ulong, int> _numbers = [];
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly List<ClassValue> _values = [];
    private readonly List<long> _counts = [];
    private ulong _lastBits;
    private int _lastCode = -1;

    /// <summary>Classes so far.</summary>
    public int Count => _values.Count;

    /// <summary>The class of the next row: its number, by when it was met first.</summary>
    public int Add(ReadOnlySpan<byte> element)
    {
        ulong bits = element.Length switch
        {
            1 => element[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(element),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(element),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(element),
        };
        if (bits != _lastBits || _lastCode < 0)
        {
            ulong told = Normalize(bits);
            ref int code = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, told, out bool isKnown);
            if (!isKnown)
            {
                code = Open(ClassValue.Of(dtype!, told));
            }

            (_lastBits, _lastCode) = (bits, code);
        }

        _counts[_lastCode]++;
        return _lastCode;
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte})"/>
    public int Add(string text)
    {
        ref int code = ref CollectionsMarshal.GetValueRefOrAddDefault(_texts, text, out bool isKnown);
        if (!isKnown)
        {
            code = Open(ClassValue.Of(text));
        }

        _counts[code]++;
        return code;
    }

    /// <summary>The classes in value order, how many rows each has, and the place there of each class by when it was met first.</summary>
    public (ClassValue[] Values, long[] Counts, ushort[] Places) Sort()
    {
        ClassValue[] values = [.. _values];
        int[] codes = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(values, codes, ClassValue.Order);
        ushort[] places = new ushort[codes.Length];
        long[] counts = new long[codes.Length];
        for (int place = 0; place < codes.Length; place++)
        {
            places[codes[place]] = (ushort)place;
            counts[place] = _counts[codes[place]];
        }

        return (values, counts, places);
    }

    private int Open(ClassValue value)
    {
        _values.Add(value);
        _counts.Add(0);
        return _values.Count - 1;
    }

    private ulong Normalize(ulong bits)
    {
        if (dtype!.Kind == DtypeKind.Bool)
        {
            return bits == 0 ? 0UL : 1;
        }

        if (dtype.Kind != DtypeKind.Float)
        {
            return bits;
        }

        double value = ClassValue.Of(dtype, bits).Number;
        if (value == 0)
        {
            return 0;
        }

        return !double.IsNaN(value) ? bits : dtype.ItemSize switch
        {
            2 => BitConverter.HalfToUInt16Bits(Half.NaN),
            4 => BitConverter.SingleToUInt32Bits(float.NaN),
            _ => BitConverter.DoubleToUInt64Bits(double.NaN),
        };
    }
}
