using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Microtome.Datasets.Arrays;

/// <summary>What an element is, apart from its size (NumPy's <c>dtype.kind</c>).</summary>
public enum DtypeKind
{
    Bool,
    Unsigned,
    Signed,
    Float,
    Complex,
    Text,
}

/// <summary>
/// An element type that can be served, spelled as NumPy spells it (<c>|u1</c>, <c>&lt;f4</c>). All served bytes are little-endian,
/// so a big-endian file has the same dtypes. A closed set: one instance each, compared by reference.
/// </summary>
public sealed class Dtype
{
    public static readonly Dtype Bool = new("|b1", DtypeKind.Bool, 1);
    public static readonly Dtype UInt8 = new("|u1", DtypeKind.Unsigned, 1);
    public static readonly Dtype Int8 = new("|i1", DtypeKind.Signed, 1);
    public static readonly Dtype UInt16 = new("<u2", DtypeKind.Unsigned, 2);
    public static readonly Dtype Int16 = new("<i2", DtypeKind.Signed, 2);
    public static readonly Dtype UInt32 = new("<u4", DtypeKind.Unsigned, 4);
    public static readonly Dtype Int32 = new("<i4", DtypeKind.Signed, 4);
    public static readonly Dtype UInt64 = new("<u8", DtypeKind.Unsigned, 8);
    public static readonly Dtype Int64 = new("<i8", DtypeKind.Signed, 8);
    public static readonly Dtype Float16 = new("<f2", DtypeKind.Float, 2);
    public static readonly Dtype Float32 = new("<f4", DtypeKind.Float, 4);
    public static readonly Dtype Float64 = new("<f8", DtypeKind.Float, 8);
    public static readonly Dtype Complex64 = new("<c8", DtypeKind.Complex, 8);
    public static readonly Dtype Complex128 = new("<c16", DtypeKind.Complex, 16);

    /// <summary>Texts, as NumPy calls what h5py reads: no number, and of no fixed size. <see cref="ItemSize"/> is what a text takes apart from its characters.</summary>
    public static readonly Dtype Text = new("|O", DtypeKind.Text, 16);

    /// <summary>Every dtype that is served as bytes.</summary>
    public static readonly IReadOnlyList<Dtype> All =
        [Bool, UInt8, Int8, UInt16, Int16, UInt32, Int32, UInt64, Int64, Float16, Float32, Float64, Complex64, Complex128];

    private static readonly FrozenDictionary<string, Dtype> ByCode = All.ToFrozenDictionary(dtype => dtype.Code);

    private Dtype(string name, DtypeKind kind, int itemSize)
    {
        Name = name;
        Kind = kind;
        ItemSize = itemSize;
    }

    /// <summary>NumPy's <c>dtype.str</c>: <c>&lt;f4</c>.</summary>
    public string Name { get; }

    /// <summary>The name without its byte order, as in <c>cast(f4)</c>.</summary>
    public string Code => Name[1..];

    public DtypeKind Kind { get; }

    /// <summary>Bytes of one element.</summary>
    public int ItemSize { get; }

    public bool IsInteger => Kind is DtypeKind.Unsigned or DtypeKind.Signed;

    /// <summary>Bytes that change places when the byte order does: half an element where it is complex.</summary>
    public int SwapSize => Kind == DtypeKind.Complex ? ItemSize / 2 : ItemSize;

    /// <summary>Parses <c>f4</c>, <c>&lt;f4</c>, <c>|u1</c>, <c>=i8</c>; also big-endian <c>&gt;f4</c>, which the caller has to swap.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Dtype? dtype, out bool bigEndian)
    {
        dtype = null;
        bigEndian = false;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        bool ordered = text[0] is '<' or '>' or '|' or '=';
        if (!ByCode.TryGetValue(ordered ? text[1..] : text, out dtype))
        {
            return false;
        }

        bigEndian = text[0] == '>' && dtype.ItemSize > 1;
        return true;
    }

    public override string ToString() => Name;
}
