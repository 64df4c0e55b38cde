using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Tests.Arrays;

public sealed class ShapeTests
{
    [Fact]
    public void A_product_beyond_63_bits_is_no_shape() =>
        Assert.Throws<ArgumentException>(() => new Shape(1L << 32, 1L << 31));

    [Fact]
    public void A_zero_axis_makes_any_product_zero() => Assert.Equal(0, new Shape(long.MaxValue, 0, long.MaxValue).Count);

    [Fact]
    public void The_scalar_has_one_row_and_one_element()
    {
        Assert.Equal(1, Shape.Scalar.Count);
        Assert.Equal(1, Shape.Scalar.Rows);
        Assert.Equal("", Shape.Scalar.ToString());
    }
}
