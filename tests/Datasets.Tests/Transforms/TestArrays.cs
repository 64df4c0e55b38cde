using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms;

namespace Microtome.Datasets.Tests.Transforms;

/// <summary>Rows as tests write them: dtype codes, shapes as text, typed values.</summary>
internal static class TestArrays
{
    public static Dtype DtypeOf(string code)
    {
        Assert.True(Dtype.TryParse(code, out Dtype? dtype, out _), code);
        return dtype!;
    }

    public static Shape ShapeOf(string text) => text.Length == 0 ? Shape.Scalar : new([.. text.Split(',').Select(long.Parse)]);

    /// <summary>Applies a transform to one row.</summary>
    public static TTo[] Apply<TFrom, TTo>(string transform, string dtype, string shape, params TFrom[] row)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        BoundTransform bound = Transform.Parse(transform).Bind(DtypeOf(dtype), ShapeOf(shape));
        byte[] output = new byte[bound.RowBytes];
        bound.Apply(MemoryMarshal.AsBytes(row.AsSpan()), output, 1);
        return MemoryMarshal.Cast<byte, TTo>(output).ToArray();
    }

    /// <summary>The same bits, but for NaNs, of which NumPy does not say which they are.</summary>
    public static void AssertSameNumbers(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, Dtype dtype, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        int size = dtype.Kind == DtypeKind.Complex ? dtype.ItemSize / 2 : dtype.ItemSize;
        for (int at = 0; at < expected.Length; at += size)
        {
            ReadOnlySpan<byte> wanted = expected.Slice(at, size);
            ReadOnlySpan<byte> found = actual.Slice(at, size);
            bool same = wanted.SequenceEqual(found) || (dtype.Kind is DtypeKind.Float or DtypeKind.Complex && IsNaN(wanted) && IsNaN(found));
            Assert.True(same, $"{what}: element {at / size} is {Convert.ToHexString(found)}, NumPy's {Convert.ToHexString(wanted)} (bytes, low first)");
        }
    }

    private static bool IsNaN(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        2 => Half.IsNaN(MemoryMarshal.Read<Half>(bytes)),
        4 => float.IsNaN(MemoryMarshal.Read<float>(bytes)),
        _ => double.IsNaN(MemoryMarshal.Read<double>(bytes)),
    };
}
