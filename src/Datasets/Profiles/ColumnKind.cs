using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Profiles;

/// <summary>A column that a profile computes of an array: what <c>x.mean</c> says behind the dot. A closed set.</summary>
public sealed class ColumnKind
{
    /// <summary>XXH128, as 16 bytes: equal exactly where the rows' bytes are, but for one chance in 2^128.</summary>
    public const int HashBytes = 16;

    public static readonly ColumnKind Mean = new("mean", _ => Dtype.Float64);
    public static readonly ColumnKind Std = new("std", _ => Dtype.Float64);
    public static readonly ColumnKind Min = new("min", dtype => dtype);
    public static readonly ColumnKind Max = new("max", dtype => dtype);
    public static readonly ColumnKind Hash = new("hash", _ => Dtype.UInt8);

    private static readonly ColumnKind[] All = [Mean, Std, Min, Max, Hash];

    private readonly Func<Dtype, Dtype> _dtype;

    private ColumnKind(string name, Func<Dtype, Dtype> dtype)
    {
        Name = name;
        _dtype = dtype;
    }

    public string Name { get; }

    /// <summary>The columns of an array. Complex numbers have no order, and no deviation in one number: of them there is the hash.</summary>
    public static IReadOnlyList<ColumnKind> Of(Dtype dtype) => dtype.Kind == DtypeKind.Complex ? [Hash] : All;

    /// <summary>Takes a column's name apart: <c>meta/x.mean</c> is the mean of <c>meta/x</c>.</summary>
    public static bool TryParse(string column, out string array, out ColumnKind kind)
    {
        int dot = column.LastIndexOf('.');
        array = dot > 0 ? column[..dot] : "";
        kind = All.FirstOrDefault(known => dot > 0 && column.AsSpan(dot + 1).SequenceEqual(known.Name))!;
        return kind is not null;
    }

    /// <summary>The column as an array: one number a row, of the hash 16 bytes.</summary>
    public ArraySpec SpecOf(Dtype dtype, long rows) => this == Hash
        ? new(_dtype(dtype), new Shape(rows, HashBytes))
        : new(_dtype(dtype), new Shape(rows));

    public override string ToString() => Name;
}
