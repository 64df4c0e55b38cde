using System.Globalization;

namespace Microtome.Datasets.Tests.Transforms.Pointwise;

public sealed class ArithmeticTests
{
    private const string ImageNet = "normalize(mean=0.485,0.456,0.406;std=0.229,0.224,0.225)";

    [Fact]
    public void Arithmetic_rounds_as_NumPy_does()
    {
        List<OracleCase> cases = [];
        foreach (string dtype in (string[])["f2", "f4", "f8"])
        {
            foreach (string operation in (string[])
            [
                "div(255)", "div(-3)", "div(0.1)", "div(1e-4)", "scale(2,-1)", "scale(0.1,0.7)", "scale(0,-0.5)", "scale(-1e3,1e-3)",
                "normalize(mean=0.5;std=0.25)", ImageNet, "normalize(mean=0.1;std=3,5,7)", "normalize(mean=1,2,3;std=0.3)",
                "div(3)|scale(1.1,0.3)|" + ImageNet,
            ])
            {
                cases.Add(new(dtype, "41,33,3", operation));
            }

            cases.Add(new(dtype, "", "normalize(mean=0.3;std=0.7)"));
            cases.Add(new(dtype, "7,5", "normalize(mean=1,2,3,4,5;std=5,4,3,2,1)"));
            cases.Add(new(dtype, "3,500,1", "normalize(mean=1;std=7)"));
        }

        NumPyOracle.Check(cases);
    }

    [Fact]
    public void Whole_chains_from_integers_round_as_NumPy_does()
    {
        List<OracleCase> cases = [];
        foreach (string dtype in (string[])["b1", "u1", "i1", "u2", "i2", "i4", "u8"])
        {
            foreach (string chain in (string[])
            [
                "cast(f4)|div(255)", "cast(f4)|div(127.5)|scale(1,-1)", "cast(f4)|div(255)|" + ImageNet, "cast(f2)|div(255)",
                "cast(f4)|div(255)|cast(f2)", "cast(f8)|div(255)|" + ImageNet + "|cast(f4)", "cast(f4)|div(255)|" + ImageNet + "|cast(f2)", "cast(f2)|" + ImageNet,
            ])
            {
                cases.Add(new(dtype, "41,33,3", chain));
            }
        }

        NumPyOracle.Check(cases);
    }

    [Fact]
    public void Channels_keep_in_step_over_blocks_and_rows()
    {
        string values = string.Join(',', Enumerable.Range(1, 257).Select(value => (value * 0.37).ToString(CultureInfo.InvariantCulture)));
        NumPyOracle.Check(
        [
            new("f4", "100,257", $"normalize(mean={values};std={values})"),
            new("f2", "100,257", $"normalize(mean={values};std=2)"),
            new("f8", "100,257", $"normalize(mean=3;std={values})"),
            new("u1", "100,257", $"cast(f4)|normalize(mean={values};std={values})"),
        ]);
    }

    /// <summary>Bytes go a fast way where it was proven right on all of them: no divisor may come out otherwise.</summary>
    [Fact]
    public void Bytes_divided_by_anything_are_divided()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        Random random = new(5);
        for (int i = 0; i < 400; i++)
        {
            float divisor = i < 300 ? (i + 1) / 4f : (float)(random.NextDouble() * Math.Pow(10, random.Next(-44, 38)));
            if (divisor == 0)
            {
                continue;
            }

            string text = divisor.ToString("R", CultureInfo.InvariantCulture);
            Assert.Equal(bytes.Select(value => value / divisor), TestArrays.Apply<byte, float>($"cast(f4)|div({text})", "u1", "256", bytes));
        }
    }
}
