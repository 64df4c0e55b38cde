using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms;

namespace Microtome.Datasets.Tests.Transforms;

public sealed class BoundTransformTests
{
    [Theory]
    [InlineData("u1", "96,96,3", "cast(f4)|div(255)", "<f4", "96,96,3", 110592)]
    [InlineData("u1", "96,96,3", "cast(f8)|cast(f2)|layout(nchw)", "<f2", "3,96,96", 221184)]
    [InlineData("f8", "3,4,5", "cast(u1)|layout(nhwc)|resize(2,2,area)", "|u1", "2,2,3", 480)]
    [InlineData("u1", "8,8", "resize(100,50,bilinear)|resize(2,3,nearest)|cast(i2)", "<i2", "2,3", 5000)]
    [InlineData("u1", "", "cast(c16)", "<c16", "", 16)]
    [InlineData("i4", "5", "cast(i4)", "<i4", "5", 20)]
    public void Dtype_shape_and_sizes_are_known_beforehand(string dtype, string row, string transform, string outDtype, string outRow, long largest)
    {
        BoundTransform bound = Transform.Parse(transform).Bind(TestArrays.DtypeOf(dtype), TestArrays.ShapeOf(row));
        Assert.Equal((outDtype, outRow, largest), (bound.Dtype.Name, bound.Row.ToString(), bound.LargestRowBytes));
        Assert.Equal(bound.Row.Count * bound.Dtype.ItemSize, bound.RowBytes);
        Assert.Equal(TestArrays.ShapeOf(row).Count * TestArrays.DtypeOf(dtype).ItemSize, bound.SourceRowBytes);
    }

    [Theory]
    [InlineData("u1", "4", "div(255)", "div(255)", 0, "use cast(f4) first")]
    [InlineData("b1", "4", "scale(1,2)", "scale(1,2)", 0, "use cast(f4) first")]
    [InlineData("f4", "4", "cast(i4)|normalize(mean=0;std=1)", "normalize(mean=0;std=1)", 9, "use cast(f4) first")]
    [InlineData("c8", "4", "div(2)", "div(2)", 0, null)]
    [InlineData("c8", "4", "cast(f4)", "cast(f4)", 0, "use cast(c8) or cast(c16), and take the real part at the client")]
    [InlineData("c16", "4", "cast(u1)", "cast(u1)", 0, "use cast(c8) or cast(c16), and take the real part at the client")]
    [InlineData("f4", "4,4,3", "normalize(mean=1,2;std=1,2)", "normalize(mean=1,2;std=1,2)", 0, "give 3 values, or one for all")]
    [InlineData("f4", "4,5,3", "layout(nchw)|normalize(mean=1;std=1,2,3,4,5)", "normalize(mean=1;std=1,2,3,4,5)", 13, "give 3 values, or one for all")]
    [InlineData("f4", "", "normalize(mean=1,2;std=1)", "normalize(mean=1,2;std=1)", 0, "give one value")]
    [InlineData("u1", "4,4", "layout(nchw)", "layout(nchw)", 0, null)]
    [InlineData("u1", "2,4,4,3", "layout(nhwc)", "layout(nhwc)", 0, null)]
    [InlineData("u1", "4,4,3", "layout(nchw)|layout(nchw)", "layout(nchw)", 13, "leave it out")]
    [InlineData("u1", "4,4,3", "layout(nhwc)|layout(nhwc)", "layout(nhwc)", 13, "leave it out")]
    [InlineData("u1", "4,4,3", "layout(nchw)|resize(2,2,area)", "resize(2,2,area)", 13, "put the resize before layout(nchw)")]
    [InlineData("u1", "4", "resize(2,2,area)", "resize(2,2,area)", 0, null)]
    [InlineData("u1", "2,4,4,3", "resize(2,2,area)", "resize(2,2,area)", 0, null)]
    [InlineData("u1", "0,4,3", "resize(2,2,area)", "resize(2,2,area)", 0, null)]
    [InlineData("u1", "2000000,1", "resize(2,2,area)", "resize(2,2,area)", 0, null)]
    [InlineData("u1", "1,1,3000000000", "resize(2,2,area)", "resize(2,2,area)", 0, null)]
    [InlineData("b1", "4,4", "resize(2,2,bilinear)", "resize(2,2,bilinear)", 0, "use nearest, or cast(u1) first")]
    [InlineData("f8", "1,1,2000000000", "resize(1000000,1000000,nearest)", "resize(1000000,1000000,nearest)", 0, null)]
    [InlineData("u1", "1152921504606846976", "cast(f8)", "cast(f8)", 0, null)]
    public void What_does_not_fit_is_refused_before_any_read(string dtype, string row, string transform, string operation, int position, string? suggestion)
    {
        Transform parsed = Transform.Parse(transform);
        TransformMismatchException error = Assert.Throws<TransformMismatchException>(() => parsed.Bind(TestArrays.DtypeOf(dtype), TestArrays.ShapeOf(row)));
        Assert.Equal((operation, position, suggestion), (error.Operation, error.Position, error.Suggestion));
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [InlineData("f4", "div(1e-50)", 4, "use cast(f8) first")]
    [InlineData("f4", "div(1e50)", 4, "use cast(f8) first")]
    [InlineData("f2", "div(70000)", 4, "use cast(f4) first")]
    [InlineData("f2", "div(1e-8)", 4, "use cast(f4) first")]
    [InlineData("f2", "scale(1,1e9)", 8, "use cast(f4) first")]
    [InlineData("f4", "cast(f2)|normalize(mean=0,0;std=1,1e-9)", 34, "use cast(f4) first")]
    public void Constants_that_vanish_or_burst_in_the_dtype_are_malformed(string dtype, string transform, int position, string suggestion)
    {
        Transform parsed = Transform.Parse(transform);
        TransformSyntaxException error = Assert.Throws<TransformSyntaxException>(() => parsed.Bind(TestArrays.DtypeOf(dtype), new Shape(4, 2)));
        Assert.Equal((position, suggestion), (error.Position, error.Suggestion));
    }

    [Fact]
    public void Sizes_beyond_memory_are_told_and_not_taken()
    {
        BoundTransform bound = Transform.Parse("resize(1048576,1048576,bilinear)|resize(1,1,area)|resize(9,9,area)").Bind(Dtype.Float64, new Shape(4, 4, 500_000));
        Assert.Equal(8L * 1048576 * 1048576 * 500_000, bound.LargestRowBytes);
        Assert.Equal(long.MaxValue, Math.Max(bound.ScratchBytes, long.MaxValue));
        Assert.True(bound.ScratchBytes >= bound.LargestRowBytes);
        Assert.Throws<ArgumentException>(() => bound.Apply(new byte[bound.SourceRowBytes], new byte[bound.RowBytes], 1));
    }

    [Fact]
    public void A_wrong_length_is_refused()
    {
        BoundTransform bound = Transform.Parse("cast(f4)").Bind(Dtype.UInt8, new Shape(10));
        Assert.Throws<ArgumentException>(() => bound.Apply(new byte[19], new byte[80], 2));
        Assert.Throws<ArgumentException>(() => bound.Apply(new byte[20], new byte[84], 2));
        bound.Apply([], [], 0);
    }

    [Fact]
    public void Rows_do_not_depend_on_their_company()
    {
        foreach (string text in (string[])
        [
            "cast(f4)|div(255)|normalize(mean=1,2,3;std=4,5,6)", "cast(f4)|div(3)|layout(nchw)", "resize(7,5,bilinear)|cast(f2)", "resize(20,5,nearest)|layout(nchw)|cast(f8)",
        ])
        {
            BoundTransform bound = Transform.Parse(text).Bind(Dtype.UInt8, new Shape(13, 11, 3));
            byte[] rows = new byte[40 * bound.SourceRowBytes];
            new Random(2).NextBytes(rows);
            byte[] together = new byte[40 * bound.RowBytes];
            bound.Apply(rows, together, 40);
            int rowBytes = (int)bound.SourceRowBytes;
            Parallel.For(0, 40, (int i) =>
            {
                byte[] alone = new byte[bound.RowBytes];
                bound.Apply(rows.AsSpan(i * rowBytes, rowBytes), alone, 1);
                Assert.Equal(together[(i * alone.Length)..((i + 1) * alone.Length)], alone);
            });
        }
    }

    [Fact]
    public void Applying_allocates_nothing_but_what_the_pool_lends()
    {
        BoundTransform bound = Transform.Parse("resize(32,32,area)|cast(f4)|div(255)|layout(nchw)|cast(f2)").Bind(Dtype.UInt8, new Shape(48, 48, 3));
        byte[] row = new byte[bound.SourceRowBytes];
        byte[] output = new byte[bound.RowBytes];
        bound.Apply(row, output, 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            bound.Apply(row, output, 1);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * 200);
    }
}
