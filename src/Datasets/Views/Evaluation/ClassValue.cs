using System.Globalization;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Views.Conditions;

namespace Microtome.Datasets.Views.Evaluation;

/// <summary>What a class is told by: a number (whole, or floating) or a text. Sorted as NumPy sorts: by value, NaN last, texts by code point.</summary>
public readonly record struct ClassValue
{
    /// <summary>Value order.</summary>
    internal static readonly IComparer<ClassValue> Order = Comparer<ClassValue>.Create((one, other) => one.CompareTo(other));

    private readonly Int128 _whole;
    private readonly double _floating;
    private readonly DtypeKind? _kind;

    private ClassValue(DtypeKind? kind, Int128 whole, double floating, string? text)
    {
        _kind = kind;
        _whole = whole;
        _floating = floating;
        Text = text;
    }

    /// <summary>The text; null for a number.</summary>
    public string? Text { get; }

    /// <summary>The number, rounded to a double.</summary>
    public double Number => _kind == DtypeKind.Float ? _floating : (double)_whole;

    public static ClassValue Of(string text) => new(null, 0, 0, text);

    /// <summary>The value of an element's bytes, in the low end of a word.</summary>
    internal static ClassValue Of(Dtype dtype, ulong bits) => dtype.Kind switch
    {
        DtypeKind.Float => new(dtype.Kind, 0, ToDouble(dtype, bits), null),
        DtypeKind.Signed => new(dtype.Kind, (long)(bits << (64 - (dtype.ItemSize * 8))) >> (64 - (dtype.ItemSize * 8)), 0, null),
        _ => new(dtype.Kind, bits, 0, null),
    };

    private int CompareTo(ClassValue other)
    {
        if (Text is not null && other.Text is not null)
        {
            return CodePointOrder.Compare(Text, other.Text);
        }

        if (_kind != DtypeKind.Float)
        {
            return _whole.CompareTo(other._whole);
        }

        // NaN sorts last, as NumPy's does; .NET's own order has it first.
        bool isNan = double.IsNaN(_floating);
        return isNan != double.IsNaN(other._floating) ? (isNan ? 1 : -1) : _floating.CompareTo(other._floating);
    }

    /// <summary>As JSON says it: a number, a bool, a text; NaN and infinities are texts.</summary>
    public object ToObject() => _kind switch
    {
        null => Text ?? "",
        DtypeKind.Bool => _whole != 0,
        DtypeKind.Float => double.IsFinite(_floating) ? _floating : double.IsNaN(_floating) ? "NaN" : _floating > 0 ? "Infinity" : "-Infinity",
        _ => _whole > long.MaxValue ? (object)(ulong)_whole : (long)_whole,
    };

    /// <summary>As JSON names a member: <c>3</c>, <c>0.5</c>, <c>true</c>, <c>cat</c>.</summary>
    public override string ToString() => _kind switch
    {
        null => Text ?? "",
        DtypeKind.Bool => _whole == 0 ? "false" : "true",
        DtypeKind.Float => _floating.ToString("R", CultureInfo.InvariantCulture),
        _ => _whole.ToString(CultureInfo.InvariantCulture),
    };

    private static double ToDouble(Dtype dtype, ulong bits) => dtype.ItemSize switch
    {
        2 => (double)BitConverter.UInt16BitsToHalf((ushort)bits),
        4 => BitConverter.UInt32BitsToSingle((uint)bits),
        _ => BitConverter.UInt64BitsToDouble(bits),
    };
}
