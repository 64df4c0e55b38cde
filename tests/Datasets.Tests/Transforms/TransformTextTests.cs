using Microtome.Datasets.Transforms;

namespace Microtome.Datasets.Tests.Transforms;

public sealed class TransformTextTests
{
    [Theory]
    [InlineData("cast(f4)|div(255)", "cast(f4)|div(255)")]
    [InlineData("  cast ( <f4 )  |  div( 255.0 ) ", "cast(f4)|div(255)")]
    [InlineData("cast(|u1)", "cast(u1)")]
    [InlineData("cast(=c16)|cast(|b1)", "cast(c16)|cast(b1)")]
    [InlineData("div(1e-7)", "div(1e-07)")]
    [InlineData("div(1E+30)|div(+.5)|div(5.)", "div(1e30)|div(0.5)|div(5)")]
    [InlineData("scale(-0.0,1e400e)", null)]
    [InlineData("scale(-0.0,0)", "scale(-0,0)")]
    [InlineData("normalize(std=1,2,3;mean=0.10)", "normalize(mean=0.1;std=1,2,3)")]
    [InlineData("normalize( mean = 0.1 , 0.2 ; std = 1 , 2 )", "normalize(mean=0.1,0.2;std=1,2)")]
    [InlineData("resize(064, 32 ,area)|layout( nchw )", "resize(64,32,area)|layout(nchw)")]
    public void A_transform_has_one_canonical_text(string text, string? canonical)
    {
        if (canonical is null)
        {
            Assert.Throws<TransformSyntaxException>(() => Transform.Parse(text));
            return;
        }

        Transform transform = Transform.Parse(text);
        Assert.Equal(canonical, transform.ToString());
        Assert.Equal(transform, Transform.Parse(canonical));
        Assert.Equal(transform.GetHashCode(), Transform.Parse(canonical).GetHashCode());
        Assert.NotEqual(transform, Transform.Parse("div(123)"));
    }

    [Theory]
    [InlineData("", 0, "write one like cast(f4)")]
    [InlineData("   ", 3, "write one like cast(f4)")]
    [InlineData("|cast(f4)", 0, "write one like cast(f4)")]
    [InlineData("cast(f4)|", 9, "write one like cast(f4)")]
    [InlineData("cast(f4)||div(2)", 9, "write one like cast(f4)")]
    [InlineData("(f4)", 0, "write one like cast(f4)")]
    [InlineData("255", 0, "use one of cast, div, scale, normalize, resize, layout")]
    [InlineData("casts(f4)", 0, "did you mean cast?")]
    [InlineData("cast(f4)|normalise(mean=0;std=1)", 9, "did you mean normalize?")]
    [InlineData("cast(f4)|DIV(2)", 9, "did you mean div?")]
    [InlineData("cast(f4)|rezise(2,2,area)", 9, "did you mean resize?")]
    [InlineData("cast", 4, "write cast(f4)")]
    [InlineData("cast f4", 5, "write cast(f4)")]
    [InlineData("cast(f4", 7, "close the parenthesis")]
    [InlineData("cast(f4|div(255)", 7, "close the parenthesis")]
    [InlineData("div((255))", 4, "close the parenthesis")]
    [InlineData("cast(f4))", 8, "join operations with '|'")]
    [InlineData("cast(f4) div(255)", 9, "join operations with '|'")]
    [InlineData("cast(f4);div(255)", 8, "join operations with '|'")]
    [InlineData("cast()", 5, "write cast(f4)")]
    [InlineData("cast(f4,f8)", 8, "write cast(f4)")]
    [InlineData("cast(f4;f8)", 8, "write cast(f4)")]
    [InlineData("cast(f5)", 5, "did you mean f2?")]
    [InlineData("cast(float32)", 5, "use one of b1, u1, i1, u2, i2, u4, i4, u8, i8, f2, f4, f8, c8, c16")]
    [InlineData("cast(>f4)", 5, "use cast(f4)")]
    [InlineData("div()", 4, "write div(255)")]
    [InlineData("div(1,2)", 6, "write div(255)")]
    [InlineData("div(x)", 4, "write one like 255, 0.5 or 1e-3")]
    [InlineData("div(1_000)", 4, "write one like 255, 0.5 or 1e-3")]
    [InlineData("div(1 000)", 4, "write one like 255, 0.5 or 1e-3")]
    [InlineData("div(0x10)", 4, "write one like 255, 0.5 or 1e-3")]
    [InlineData("div(0)", 4, "divide by something else")]
    [InlineData("div(-0.0)", 4, "divide by something else")]
    [InlineData("div(1e-400)", 4, "divide by something else")]
    [InlineData("div(1e400)", 4, "constants must be finite numbers")]
    [InlineData("div(NaN)", 4, "constants must be finite numbers")]
    [InlineData("scale(2)", 7, "write scale(2,-1)")]
    [InlineData("scale(2,)", 8, null)]
    [InlineData("scale(1,Infinity)", 8, "constants must be finite numbers")]
    [InlineData("normalize()", 10, "write normalize(mean=0.5,0.5,0.5;std=0.25,0.25,0.25)")]
    [InlineData("normalize(0.5;0.5)", 10, "write normalize(mean=0.5,0.5,0.5;std=0.25,0.25,0.25)")]
    [InlineData("normalize(mean=0.5)", 18, "write normalize(mean=0.5,0.5,0.5;std=0.25,0.25,0.25)")]
    [InlineData("normalize(std=0.5)", 17, "write normalize(mean=0.5,0.5,0.5;std=0.25,0.25,0.25)")]
    [InlineData("normalize(mean=0.5,std=0.5)", 19, "put ';' between mean and std")]
    [InlineData("normalize(mean=0;mean=1)", 17, "write normalize(mean=0.5,0.5,0.5;std=0.25,0.25,0.25)")]
    [InlineData("normalize(mean=0;sdt=1)", 17, "did you mean std?")]
    [InlineData("normalize(mean=0;std= 1,0,1)", 24, "divide by something else")]
    [InlineData("normalize(mean=;std=1)", 15, null)]
    [InlineData("normalize(mean=1,2;std=1,2,3)", 23, "give as many, or one for all channels")]
    [InlineData("resize(64,64)", 12, "write resize(224,224,bilinear)")]
    [InlineData("resize(64,64,bilinear,1)", 22, "write resize(224,224,bilinear)")]
    [InlineData("resize(0,64,area)", 7, "write a whole number from 1 to 1048576")]
    [InlineData("resize(64,-1,area)", 10, "write a whole number from 1 to 1048576")]
    [InlineData("resize(64,6.5,area)", 10, "write a whole number from 1 to 1048576")]
    [InlineData("resize(64,1048577,area)", 10, "write a whole number from 1 to 1048576")]
    [InlineData("resize(64,99999999999999999999,area)", 10, "write a whole number from 1 to 1048576")]
    [InlineData("resize(64,64,bilinaer)", 13, "did you mean bilinear?")]
    [InlineData("resize(64,64,lanczos)", 13, "use one of bilinear, area, nearest")]
    [InlineData("layout(chw)", 7, "did you mean nchw?")]
    [InlineData("layout(nchw,nhwc)", 12, "write layout(nchw)")]
    public void A_malformed_transform_says_where_and_what_to_write(string text, int position, string? suggestion)
    {
        TransformSyntaxException error = Assert.Throws<TransformSyntaxException>(() => Transform.Parse(text));
        Assert.Equal((position, suggestion), (error.Position, error.Suggestion));
        Assert.NotEmpty(error.Message);
    }

    [Fact]
    public void A_chain_has_a_limit()
    {
        string longest = string.Join('|', Enumerable.Repeat("div(2)", Transform.MaxOperations));
        Assert.Equal(longest, Transform.Parse(longest).ToString());
        Assert.Equal(longest.Length + 1, Assert.Throws<TransformSyntaxException>(() => Transform.Parse(longest + "|div(2)")).Position);
    }

    /// <summary>Text of any kind ends in a transform or in the one typed error, its position within the text.</summary>
    [Fact]
    public void Broken_texts_end_in_a_typed_error()
    {
        string[] seeds = ["cast(f4)|div(255)", "normalize(mean=0.1,0.2,0.3;std=1,2,3)|layout(nchw)", "resize(64,64,bilinear)|scale(1e-3,-2)|cast(|u1)"];
        const string Letters = "acdefilmnrstvz0123456789.,;|()=-+<> eE\u00e9\0";
        Random random = new(9);
        for (int i = 0; i < 20_000; i++)
        {
            List<char> text = [.. seeds[random.Next(seeds.Length)]];
            for (int edit = random.Next(1, 5); edit > 0; edit--)
            {
                int at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0:
                        text.RemoveAt(at);
                        break;
                    case 1:
                        text.Insert(at, Letters[random.Next(Letters.Length)]);
                        break;
                    default:
                        text[at] = Letters[random.Next(Letters.Length)];
                        break;
                }
            }

            string broken = string.Concat(text);
            try
            {
                Assert.Equal(Transform.Parse(broken), Transform.Parse(Transform.Parse(broken).ToString()));
            }
            catch (TransformSyntaxException error)
            {
                Assert.InRange(error.Position, 0, broken.Length);
            }
        }
    }
}
