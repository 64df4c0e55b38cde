using Microtome.Datasets.Arrays;
using Microtome.Datasets.Profiles.Measuring;

namespace Microtome.Datasets.Profiles;

/// <summary>Counts rows by value, as long as there are few different ones. Keyed by the element's bytes, so that it is exact for every dtype.</summary>
internal sealed class ClassTally(Dtype dtype)
{
    /// <summary>As many classes as a view knows.</summary>
    public const int MaxClasses = 65_536;

    private readonly Dictionary<ulong, long> _rows = [];
    private bool _isTooMany;

    /// <summary>Whether rows of this dtype and shape have classes: one element each.</summary>
    public static bool Suits(ArraySpec spec) => spec.Dtype.Kind != DtypeKind.Complex && spec.Shape.Row.Count == 1;

    public void Add(ReadOnlySpan<byte> element)
    {
        if (_isTooMany)
        {
            return;
        }

        ulong key = 0;
        for (int i = element.Length - 1; i >= 0; i--)
        {
            key = (key << 8) | element[i];
        }

        ref long rows = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_rows, key, out _);
        rows++;
        if (_rows.Count > MaxClasses)
        {
            _isTooMany = true;
            _rows.Clear();
        }
    }

    /// <summary>In value order, equal values (0 and -0, every NaN, every true) together; null where there are too many.</summary>
    public IReadOnlyList<ClassCount>? ToCounts()
    {
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
}
