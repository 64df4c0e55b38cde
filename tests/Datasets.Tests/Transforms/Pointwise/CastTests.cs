using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Tests.Transforms.Pointwise;

public sealed class CastTests
{
    [Fact]
    public void Every_pair_of_dtypes_casts_as_NumPy_does()
    {
        List<OracleCase> cases = [];
        foreach (Dtype from in Dtype.All)
        {
            foreach (Dtype to in Dtype.All.Where(to => from.Kind != DtypeKind.Complex || to.Kind is DtypeKind.Complex))
            {
                cases.Add(new(from.Code, "1237", $"cast({to.Code})"));
            }
        }

        cases.Add(new("c8", "1237", "cast(b1)"));
        cases.Add(new("c16", "1237", "cast(b1)"));
        NumPyOracle.Check(cases);
    }

    [Fact]
    public void Casts_chain_through_sizes_that_grow_and_shrink() => NumPyOracle.Check(
    [
        new("u1", "4099", "cast(f8)|cast(f2)|cast(c8)|cast(c16)"),
        new("f8", "4099", "cast(f4)|cast(f2)|cast(f8)|cast(f4)"),
        new("i8", "4099", "cast(u1)|cast(i8)|cast(i2)|cast(f4)|cast(b1)|cast(i4)"),
        new("b1", "4099", "cast(f2)|cast(u1)|cast(c16)"),
        new("f4", "", "cast(f8)"),
        new("u2", "0,7", "cast(f8)"),
    ]);

    [Fact]
    public void Every_half_and_every_byte_is_cast_as_dotnet_casts_it()
    {
        Half[] halves = [.. Enumerable.Range(0, 65536).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(half => !Half.IsNaN(half))];
        Assert.Equal(halves.Select(half => (float)half), TestArrays.Apply<Half, float>("cast(f4)", "f2", $"{halves.Length}", halves));
        Assert.Equal(halves, TestArrays.Apply<Half, Half>("cast(f4)|cast(f2)", "f2", $"{halves.Length}", halves));
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        Assert.Equal(bytes.Select(value => (Half)value), TestArrays.Apply<byte, Half>("cast(f2)", "u1", "256", bytes));
    }

    [Fact]
    public void Between_two_halves_the_nearer_or_the_even_one_is_taken()
    {
        List<float> singles = [];
        for (int bits = 0; bits < 0x7C00; bits++)
        {
            float middle = ((float)BitConverter.UInt16BitsToHalf((ushort)bits) + (bits == 0x7BFF ? 65536 : (float)BitConverter.UInt16BitsToHalf((ushort)(bits + 1)))) / 2;
            singles.AddRange([middle, float.BitDecrement(middle), float.BitIncrement(middle), -middle]);
        }

        Assert.Equal(singles.Select(value => (Half)value), TestArrays.Apply<float, Half>("cast(f2)", "f4", $"{singles.Count}", [.. singles]));
    }

    [Fact]
    public void A_double_is_rounded_to_half_once()
    {
        // Rounded to single first, this lies in the middle of two halves and goes to the even one, the lower.
        double above = 1 + Math.Pow(2, -11) + Math.Pow(2, -40);
        Assert.Equal((Half)(1 + Math.Pow(2, -10)), Assert.Single(TestArrays.Apply<double, Half>("cast(f2)", "f8", "1", above)));
    }

    [Theory]
    [InlineData("u1", new[] { 0.0, 0, 0, 0, 255, 255, 255, 254 })]
    [InlineData("i1", new double[] { 0, -128, -128, 0, 127, 127, 127, 127 })]
    [InlineData("i2", new double[] { 0, -32768, -32768, 0, 255, 300, 32767, 254 })]
    [InlineData("u4", new double[] { 0, 0, 0, 0, 255, 300, 4294967295, 254 })]
    [InlineData("i4", new double[] { 0, -2147483648, -1000000, 0, 255, 300, 2147483647, 254 })]
    public void Floats_truncate_and_saturate_and_NaN_is_zero(string to, double[] expected)
    {
        double[] values = [double.NaN, double.NegativeInfinity, -1e6, -0.9, 255.9, 300, 1e30, 254.999];
        Assert.Equal(expected, TestArrays.Apply<double, double>($"cast({to})|cast(f8)", "f8", "8", values));
        float[] singles = [.. Enumerable.Repeat(values, 9).SelectMany(value => value).Select(value => (float)value)];
        double[] repeated = [.. Enumerable.Repeat(expected, 9).SelectMany(value => value)];
        Assert.Equal(repeated, TestArrays.Apply<float, double>($"cast({to})|cast(f8)", "f4", "72", singles));
    }

    [Fact]
    public void Eight_byte_integers_saturate_at_their_own_ends()
    {
        float[] singles = [float.NaN, float.NegativeInfinity, -1e20f, -1, 9.223372e18f, 1.8446744e19f, float.MaxValue];
        Assert.Equal(
            [0, long.MinValue, long.MinValue, -1, long.MaxValue, long.MaxValue, long.MaxValue], TestArrays.Apply<float, long>("cast(i8)", "f4", "7", singles));
        Assert.Equal(
            [0, 0, 0, 0, 1UL << 63, ulong.MaxValue, ulong.MaxValue], TestArrays.Apply<float, ulong>("cast(u8)", "f4", "7", singles));
        Half[] halves = [Half.NaN, Half.NegativeInfinity, Half.PositiveInfinity, (Half)300, (Half)(-1.5)];
        Assert.Equal([0, long.MinValue, long.MaxValue, 300, -1], TestArrays.Apply<Half, long>("cast(i8)", "f2", "5", halves));
        Assert.Equal([0, 0, 255, 255, 0], TestArrays.Apply<Half, byte>("cast(u1)", "f2", "5", halves));
    }

    [Fact]
    public void A_stored_bool_of_any_byte_counts_as_one() =>
        Assert.Equal([0f, 1, 1, 1], TestArrays.Apply<byte, float>("cast(f4)", "b1", "4", 0, 1, 2, 255));

    [Fact]
    public void NaN_is_true() => Assert.Equal([1, 0, 0, 1], TestArrays.Apply<float, byte>("cast(b1)", "f4", "4", float.NaN, 0, -0f, float.Epsilon));
}
