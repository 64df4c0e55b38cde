using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Profiles.Measuring;

namespace Microtome.Datasets.Profiles;

/// <summary>Counts rows by value, as long as there are few different ones. Keyed by the element's bytes, so that it is exact for every dtype.</summary>
internal sealed class ClassTally(Dtype dtype)
{
    /// <summary>As many classes as a view knows.</summary>
    public const int MaxClasses = 65_536;

    private readonly Dictionary<ulong, long> _rows = [];
    private ulong _lastKey;
    private long _lastRows;
    private bool _isTooMany;

    /// <summary>Whether rows of this dtype and shape have classes: one element each.</summary>
    public static bool Suits(ArraySpec spec) => spec.Dtype.Kind != DtypeKind.Complex && spec.Shape.Row.Count == 1;

    /// <summary>Counts the next rows.</summary>
    public void Add(ReadOnlySpan<byte> elements)
    {
        int size = dtype.ItemSize;
        for (; !elements.IsEmpty && !_isTooMany; elements = elements[size..])
        {
            ulong key = size switch
            {
                1 => elements[0],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(elements),
                4 => BinaryPrimitives.ReadUInt32LittleEndian(elements),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(elements),
            };
            if (key != _lastKey)
            {
                CountLast();
                _lastKey = key;
            }

            _lastRows++;
        }
    }

    /// <summary>In value order, equal values (0 and -0, every NaN, every true) together; null where there are too many.</summary>
    public IReadOnlyList<ClassCount>? ToCounts()
    {
        CountLast();
        if (_isTooMany)
        {
            return null;
        }

        Dictionary<ElementNumber, long> byValue = [];
        byte[] element = new byte[sizeof(ulong)];
        foreach ((ulong key, long rows) in _rows)
        {
            BitConverter.TryWriteBytes(element, key);
            ElementNumber value = ElementNumber.Read(dtype, element).Canonical;
            byValue[value] = byValue.GetValueOrDefault(value) + rows;
        }

        return [.. byValue.Select(entry => new ClassCount(entry.Key, entry.Value)).OrderBy(entry => entry.Value, Comparer<ElementNumber>.Create(ElementNumber.Compare))];
    }
    /// <summary>Equal values that follow each other are counted together: data is often sorted.</summary>
    private void CountLast()
    {
        if (_lastRows > 0 && !_isTooMany)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_rows, _lastKey, out _) += _lastRows;
        }

        _lastRows = 0;
        if (_rows.Count > MaxClasses)
        {
            _isTooMany = true;
            _rows.Clear();
        }
    }
}
