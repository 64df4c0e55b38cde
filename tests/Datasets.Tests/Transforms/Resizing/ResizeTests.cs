using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Transforms.Resizing;

public sealed class ResizeTests
{
    private const string PillowScript = """
        import sys, os
        import numpy as np
        from PIL import Image
        folder = sys.argv[1]
        rng = np.random.RandomState(7)
        filters = {'bilinear': Image.BILINEAR, 'area': Image.BOX, 'nearest': Image.NEAREST}
        for n, line in enumerate(open(os.path.join(folder, 'cases'))):
            code, h, w, c, nh, nw, name = line.split()
            h, w, c, nh, nw = int(h), int(w), int(c), int(nh), int(nw)
            x = (rng.randint(0, 256, (h, w, c)) if n % 3 else rng.randint(0, 2, (h, w, c)) * 255).astype(code)
            if code == 'f4': x += rng.rand(h, w, c).astype(code)
            planes = [np.asarray(Image.fromarray(np.ascontiguousarray(x[..., i])).resize((nw, nh), filters[name])) for i in range(c)]
            x.tofile(os.path.join(folder, '%d.in' % n))
            np.stack(planes, -1).astype(code).tofile(os.path.join(folder, '%d.out' % n))
        """;

    private static readonly string[] Filters = ["bilinear", "area", "nearest"];

    [Fact]
    public void Bytes_are_within_one_level_of_Pillow_and_nearest_is_the_same()
    {
        CompareWithPillow("u1", (filter, wanted, found) =>
            Enumerable.Range(0, wanted.Length).All(i => Math.Abs(wanted[i] - found[i]) <= (filter == "nearest" ? 0 : 1)));
    }

    [Fact]
    public void Floats_agree_with_Pillow()
    {
        CompareWithPillow("f4", (filter, wanted, found) =>
        {
            ReadOnlySpan<float> expected = MemoryMarshal.Cast<byte, float>(wanted);
            ReadOnlySpan<float> actual = MemoryMarshal.Cast<byte, float>(found);
            for (int i = 0; i < expected.Length; i++)
            {
                if (Math.Abs(expected[i] - actual[i]) > 1e-6f * 256)
                {
                    return false;
                }
            }

            return true;
        });
    }

    [Fact]
    public void Halves_between_integers_go_to_the_even_one()
    {
        Assert.Equal([0, 2, 2, 4], TestArrays.Apply<byte, byte>("resize(1,4,area)", "u1", "1,8", 0, 1, 1, 2, 2, 3, 3, 4));
        Assert.Equal([-2, 0, -2], TestArrays.Apply<int, int>("resize(1,3,area)", "i4", "1,6", -1, -2, 0, -1, -3, -2));
        Assert.Equal([2UL, 4], TestArrays.Apply<ulong, ulong>("resize(1,2,area)", "u8", "1,4", 1, 2, 3, 4));
    }

    [Fact]
    public void The_largest_integers_stay_what_they_are()
    {
        Assert.Equal(Enumerable.Repeat(ulong.MaxValue, 9), TestArrays.Apply<ulong, ulong>("resize(3,3,bilinear)", "u8", "2,2", [.. Enumerable.Repeat(ulong.MaxValue, 4)]));
        Assert.Equal(Enumerable.Repeat(long.MinValue, 2), TestArrays.Apply<long, long>("resize(1,2,area)", "i8", "3,5", [.. Enumerable.Repeat(long.MinValue, 15)]));
        Assert.Equal(Enumerable.Repeat(uint.MaxValue, 49), TestArrays.Apply<uint, uint>("resize(7,7,bilinear)", "u4", "3,3", [.. Enumerable.Repeat(uint.MaxValue, 9)]));
        Assert.Equal(Enumerable.Repeat((byte)255, 3 * 77), TestArrays.Apply<byte, byte>("resize(7,11,bilinear)", "u1", "13,17,3", [.. Enumerable.Repeat((byte)255, 3 * 221)]));
    }

    /// <summary>Every dtype against the same sums in double precision: sizes, channels and rounding.</summary>
    [Theory]
    [InlineData("i1")]
    [InlineData("u2")]
    [InlineData("i2")]
    [InlineData("i4")]
    [InlineData("f2")]
    [InlineData("f8")]
    public void Other_dtypes_are_resized_as_doubles_are(string dtype)
    {
        Random random = new(11);
        double[] values = [.. Enumerable.Range(0, 13 * 9 * 2).Select(_ => (double)random.Next(-100, 101))];
        foreach (string filter in Filters)
        {
            double[] sums = TestArrays.Apply<double, double>($"cast({dtype})|cast(f8)|resize(5,12,{filter})", "f8", "13,9,2", values);
            double[] found = TestArrays.Apply<double, double>($"cast({dtype})|resize(5,12,{filter})|cast(f8)", "f8", "13,9,2", values);
            double tolerance = dtype switch
            {
                "f8" => 0,
                "f2" => 0.04,
                _ => 0.5001,
            };
            Assert.All(sums.Zip(found), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance));
        }
    }

    [Fact]
    public void Complex_numbers_are_resized_part_by_part()
    {
        double[] parts = [.. Enumerable.Range(0, 2 * 35).Select(value => (value * 7919 % 101) - 50.0)];
        double[] whole = TestArrays.Apply<double, double>("resize(3,4,bilinear)", "c16", "5,7", parts);
        double[] apart = TestArrays.Apply<double, double>("resize(3,4,bilinear)", "f8", "5,7,2", parts);
        Assert.Equal(apart, whole);
    }

    [Fact]
    public void An_infinity_does_not_reach_beyond_its_pixels()
    {
        float[] row = [1, 1, 1, float.PositiveInfinity];
        Assert.Equal([1, 1, 1, float.PositiveInfinity], TestArrays.Apply<float, float>("resize(1,4,bilinear)", "f4", "1,4", row));
        Assert.Equal([1, float.PositiveInfinity], TestArrays.Apply<float, float>("resize(1,2,area)", "f4", "1,4", row));
    }

    [Fact]
    public void What_follows_a_resize_sees_its_dtype()
    {
        byte[] row = [.. Enumerable.Range(0, 3 * 96).Select(value => (byte)(value * 37))];
        byte[] resized = TestArrays.Apply<byte, byte>("resize(5,6,bilinear)", "u1", "8,12,3", row);
        float[] expected = TestArrays.Apply<byte, float>("cast(f4)|div(255)|layout(nchw)|normalize(mean=0.1,0.2,0.3;std=0.4,0.5,0.6)", "u1", "5,6,3", resized);
        Assert.Equal(expected, TestArrays.Apply<byte, float>("resize(5,6,bilinear)|cast(f4)|div(255)|normalize(mean=0.1,0.2,0.3;std=0.4,0.5,0.6)|layout(nchw)", "u1", "8,12,3", row));
        byte[] picked = TestArrays.Apply<byte, byte>("resize(5,6,nearest)", "u1", "8,12,3", row);
        Assert.Equal(picked.Select(value => value / 3f), TestArrays.Apply<byte, float>("resize(5,6,nearest)|cast(f4)|div(3)", "u1", "8,12,3", row));
        Assert.Equal(
            TestArrays.Apply<byte, byte>("resize(3,2,area)", "u1", "5,6,3", resized),
            TestArrays.Apply<byte, byte>("resize(5,6,bilinear)|resize(3,2,area)", "u1", "8,12,3", row));
    }

    /// <summary>Tables of weights for all kinds of sizes: constant pictures stay constant, whatever the window.</summary>
    [Fact]
    public void A_plain_picture_stays_plain()
    {
        Random random = new(3);
        for (int i = 0; i < 300; i++)
        {
            (int height, int width, int newHeight, int newWidth) = (random.Next(1, 40), random.Next(1, 2000), random.Next(1, 40), random.Next(1, 2000));
            byte[] row = [.. Enumerable.Repeat((byte)201, height * width)];
            byte[] resized = TestArrays.Apply<byte, byte>($"resize({newHeight},{newWidth},{Filters[i % 3]})", "u1", $"{height},{width}", row);
            Assert.DoesNotContain(resized, value => value != 201);
        }
    }

    private static void CompareWithPillow(string dtype, Func<string, byte[], byte[], bool> agree)
    {
        Python.Require("numpy", "PIL");
        Random random = new(1);
        List<(int Height, int Width, int Channels, int NewHeight, int NewWidth, string Filter)> cases =
        [
            (96, 96, 3, 224, 224, "bilinear"), (96, 96, 3, 64, 64, "bilinear"), (96, 96, 3, 32, 32, "area"), (100, 75, 3, 30, 30, "area"),
            (256, 256, 1, 299, 299, "nearest"), (1, 1, 3, 5, 5, "bilinear"), (9, 9, 1, 1, 1, "area"), (7, 7, 4, 7, 7, "bilinear"),
        ];
        for (int i = 0; i < 240; i++)
        {
            cases.Add((random.Next(1, 70), random.Next(1, 70), random.Next(1, 6), random.Next(1, 70), random.Next(1, 70), Filters[i % 3]));
        }

        using TemporaryFolder folder = new();
        File.WriteAllLines(folder.File("cases"), cases.Select(one => $"{dtype} {one.Height} {one.Width} {one.Channels} {one.NewHeight} {one.NewWidth} {one.Filter}"));
        Python.Run(PillowScript, folder.Path);
        for (int i = 0; i < cases.Count; i++)
        {
            var one = cases[i];
            BoundTransform bound = Transform.Parse($"resize({one.NewHeight},{one.NewWidth},{one.Filter})")
                .Bind(TestArrays.DtypeOf(dtype), new Shape(one.Height, one.Width, one.Channels));
            byte[] found = new byte[bound.RowBytes];
            bound.Apply(File.ReadAllBytes(folder.File(i + ".in")), found, 1);
            Assert.True(agree(one.Filter, File.ReadAllBytes(folder.File(i + ".out")), found), one.ToString());
        }
    }
}
