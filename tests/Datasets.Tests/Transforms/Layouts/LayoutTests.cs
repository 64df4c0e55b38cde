namespace Microtome.Datasets.Tests.Transforms.Layouts;

public sealed class LayoutTests
{
    private static readonly string[] Dtypes = ["u1", "u2", "f4", "i8", "c16"];

    [Fact]
    public void Channels_move_as_NumPy_moves_them()
    {
        List<OracleCase> cases = [];
        foreach (string dtype in Dtypes)
        {
            foreach (string pixels in (string[])["1,1", "3,5", "7,9", "16,16", "31,33", "96,96"])
            {
                foreach (int channels in (int[])[1, 2, 3, 4, 5, 17])
                {
                    cases.Add(new(dtype, $"{pixels},{channels}", "layout(nchw)"));
                    cases.Add(new(dtype, $"{channels},{pixels}", "layout(nhwc)"));
                }
            }

            cases.Add(new(dtype, "3,2,300", "layout(nchw)"));
            cases.Add(new(dtype, "300,3,2", "layout(nhwc)"));
            cases.Add(new(dtype, "0,2,3", "layout(nchw)"));
            cases.Add(new(dtype, "2,3,0", "layout(nchw)"));
        }

        NumPyOracle.Check(cases);
    }

    [Fact]
    public void Layouts_mix_with_casts_and_channel_constants()
    {
        const string Normalize = "normalize(mean=0.485,0.456,0.406;std=0.229,0.224,0.225)";
        List<OracleCase> cases = [];
        foreach (string shape in (string[])["5,7,3", "96,96,3"])
        {
            cases.Add(new("u1", shape, $"cast(f4)|div(255)|{Normalize}|layout(nchw)"));
            cases.Add(new("u1", shape, $"cast(f4)|div(255)|layout(nchw)|{Normalize}"));
            cases.Add(new("u1", shape, $"layout(nchw)|cast(f4)|div(255)|{Normalize}|cast(f2)"));
            cases.Add(new("f8", shape, $"cast(f4)|{Normalize}|layout(nchw)|cast(f2)|layout(nhwc)|{Normalize}"));
            cases.Add(new("f8", shape, $"layout(nchw)|{Normalize}|cast(f4)|layout(nhwc)|cast(f8)"));
            cases.Add(new("i8", shape, "cast(f4)|layout(nchw)|cast(f2)"));
        }

        foreach (string shape in (string[])["3,5,7", "3,96,96"])
        {
            cases.Add(new("u1", shape, $"cast(f4)|layout(nhwc)|div(255)|{Normalize}"));
            cases.Add(new("f8", shape, $"layout(nhwc)|{Normalize}|layout(nchw)|{Normalize}"));
        }

        // Before the layout the last axis is the width, not the channels: these constants must not move with them.
        cases.Add(new("u1", "5,7,3", "cast(f4)|normalize(mean=1,2,3;std=3,4,5)|cast(f8)|layout(nhwc)|normalize(mean=1,2,3,4,5;std=7)"));
        cases.Add(new("u1", "2,300,1025", "cast(f4)|layout(nchw)|div(3)"));
        cases.Add(new("u1", "1025,2,300", "cast(f4)|layout(nhwc)|div(3)"));
        NumPyOracle.Check(cases);
    }
}
