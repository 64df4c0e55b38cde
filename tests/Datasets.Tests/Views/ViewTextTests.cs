using Microtome.Datasets.Arrays;
using Microtome.Datasets.Views;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Datasets.Tests.Views;

/// <summary>The expression language: one canonical text for everything that means the same, and a place and a way out for everything that means nothing.</summary>
public sealed class ViewTextTests
{
    [Theory]
    [InlineData("all", "all")]
    [InlineData("train", "train")]
    [InlineData(" train | slice( 0 : 10 ) ", "train|slice(0:10)")]
    [InlineData("all|slice(::)", "slice(:)")]
    [InlineData("slice(-10::2)", "slice(-10::2)")]
    [InlineData("slice(1:2:1)", "slice(1:2)")]
    [InlineData("split(take=0,parts=0.80:.2)", "split(parts=0.8:0.2,seed=0,take=0)")]
    [InlineData("split( by = \"odd, name\" , seed=7, parts=8e-1:0.2, take=1 )", "split(by=\"odd, name\",parts=0.8:0.2,seed=7,take=1)")]
    [InlineData("kfold(fold=0,k=5)", "kfold(k=5,seed=0,fold=0,take=train)")]
    [InlineData("kfold(k=5,by=y,seed=18446744073709551615,fold=4,take=test)", "kfold(k=5,by=y,seed=18446744073709551615,fold=4,take=test)")]
    [InlineData("sample(seed=1,n=10,by=meta/site)", "sample(n=10,by=meta/site,seed=1)")]
    [InlineData("unique( x )", "unique(x)")]
    [InlineData("where(y==1)", "where(y == 1)")]
    [InlineData("where(1 == y)", "where(y == 1)")]
    [InlineData("where(3 < y)", "where(y > 3)")]
    [InlineData("where(((y == 1.0)))", "where(y == 1)")]
    [InlineData("where(y == 1 and z == 2 or not w >= 3)", "where(y == 1 and z == 2 or not (w >= 3))")]
    [InlineData("where((y == 1 or z == 2) and w != 3)", "where((y == 1 or z == 2) and w != 3)")]
    [InlineData("where(not (y == 1 or z == 2))", "where(not (y == 1 or z == 2))")]
    [InlineData("where(not not y == 1)", "where(not not (y == 1))")]
    [InlineData("where(y in [1,2,3])", "where(y in (1, 2, 3))")]
    [InlineData("where(y not in ())", "where(y not in ())")]
    [InlineData("where(site=='O''Neil')", "where(site == 'O''Neil')")]
    [InlineData("where(x.mean<1e-3)", "where(x.mean < 0.001)")]
    [InlineData("where(y == 1e+3)", "where(y == 1000)")]
    [InlineData("where(\"in\" == 1 and \"1\" == 2)", "where(\"in\" == 1 and \"1\" == 2)")]
    [InlineData("where(b == true)", "where(b == 1)")]
    [InlineData("where(y == 99999999999999999999)", "where(y == 99999999999999999999)")]
    [InlineData("where(y >= 1.7e18)", "where(y >= 1700000000000000000)")]
    [InlineData("where(y == 1234567890123456789.0)", "where(y == 1234567890123456789)")]
    [InlineData("where(x > -1e+17 and x < .5e+3)", "where(x > -100000000000000000 and x < 500)")]
    [InlineData("where(x < 1.5e300)", "where(x < 1.5e300)")]
    public void A_view_has_one_canonical_text(string text, string canonical)
    {
        Assert.Equal(canonical, ViewExpression.Parse(text).ToString());
        Assert.Equal(canonical, ViewExpression.Parse(canonical).ToString());
    }

    [Theory]
    [InlineData("", 0, "write one like split(parts=0.8:0.2,take=0)")]
    [InlineData("|slice(:1)", 0, "write one like split(parts=0.8:0.2,take=0)")]
    [InlineData("slice(:1)|", 10, "write one like split(parts=0.8:0.2,take=0)")]
    [InlineData("slice(:1)||slice(:1)", 10, "write one like split(parts=0.8:0.2,take=0)")]
    [InlineData("splt(parts=1,take=0)", 0, "did you mean split?")]
    [InlineData("slice(:1)|WHERE(y == 1)", 10, "did you mean where?")]
    [InlineData("train|other", 6, "use one of slice, split")]
    [InlineData("train slice(:1)", 0, "use one of")]
    [InlineData("slice(:1) slice(:2)", 10, "join operations with '|'")]
    [InlineData("slice(:1))", 9, "join operations with '|'")]
    [InlineData("slice(1)", 6, "write slice(start:stop:step)")]
    [InlineData("slice(1:2:3:4)", 6, "write slice(start:stop:step)")]
    [InlineData("slice(1:2:0)", 10, "write slice(start:stop:step)")]
    [InlineData("slice(1:2:-1)", 10, "write slice(start:stop:step)")]
    [InlineData("slice(a:)", 6, "write slice(start:stop:step)")]
    [InlineData("slice(1:2", 9, "write slice(start:stop:step)")]
    [InlineData("split(take=0)", 12, "write split(by=y,parts=0.8:0.2,seed=7,take=0)")]
    [InlineData("split(parts=0.8:0.2)", 19, "write split(by=y,parts=0.8:0.2,seed=7,take=0)")]
    [InlineData("split(part=0.8:0.2,take=0)", 6, "did you mean parts?")]
    [InlineData("split(parts=0.8:0.1,take=0)", 12, "they must sum to 1")]
    [InlineData("split(parts=0.8:x,take=0)", 16, "write numbers from 0 to 1, joined by ':', as in parts=0.8:0.2")]
    [InlineData("split(parts=1.8:-0.8,take=0)", 12, "write numbers from 0 to 1, joined by ':', as in parts=0.8:0.2")]
    [InlineData("split(parts=0.8:0.2,take=2)", 25, "there are the parts 0 to 1")]
    [InlineData("split(parts=1,parts=1,take=0)", 14, "write split(by=y,parts=0.8:0.2,seed=7,take=0)")]
    [InlineData("split(parts=1,take=0,seed=-1)", 26, "write a whole number from 0 to 2^64-1")]
    [InlineData("split(by=,parts=1,take=0)", 9, "write split(by=y,parts=0.8:0.2,seed=7,take=0)")]
    [InlineData("split(by=\"y,parts=1,take=0)", 9, "close it with \"; one within is doubled")]
    [InlineData("kfold(k=1,fold=0)", 8, "write a whole number from 2 to 1000000")]
    [InlineData("kfold(k=5,fold=5)", 15, "there are the folds 0 to 4")]
    [InlineData("kfold(k=5,fold=0,take=trian)", 22, "did you mean train?")]
    [InlineData("kfold(k=5)", 9, "write kfold(k=5,by=y,seed=7,fold=0,take=train)")]
    [InlineData("sample(n=-1)", 9, "write a whole number, at least 0")]
    [InlineData("sample()", 7, "write sample(n=10000,by=y,seed=7)")]
    [InlineData("unique()", 7, "write unique(x)")]
    [InlineData("where()", 6, "write a condition such as y == 1 and site != 3")]
    [InlineData("where(y)", 7, "compare it, as in y == 1")]
    [InlineData("where(y = 1)", 8, "did you mean ==?")]
    [InlineData("where(y ! 1)", 8, "did you mean !=?")]
    [InlineData("where(y <> 1)", 8, "did you mean !=?")]
    [InlineData("where(y == 1 && z == 2)", 13, "did you mean and?")]
    [InlineData("where(y == 1 || z == 2)", 13, "did you mean or?")]
    [InlineData("where(y == 1 AND z == 2)", 13, "did you mean and?")]
    [InlineData("where(!(y == 1))", 6, "write not")]
    [InlineData("where(0 < y < 5)", 12, "join two with and: 0 < y and y < 5")]
    [InlineData("where(y == z)", 11, "text stands in single quotes: '…'")]
    [InlineData("where(1 == 1)", 6, "write a condition such as y == 1 and site != 3")]
    [InlineData("where(y == )", 11, "write a condition such as y == 1 and site != 3")]
    [InlineData("where(y == 1", 12, "close the parenthesis, or join conditions with and or or")]
    [InlineData("where((y == 1)", 14, "close the parenthesis, or join conditions with and or or")]
    [InlineData("where(y == 1e999)", 11, "an array of that name stands in double quotes")]
    [InlineData("where(y == 1x)", 11, "an array of that name stands in double quotes")]
    [InlineData("where(y in 1)", 11, "write a list such as (1, 2)")]
    [InlineData("where(y in (1 2))", 14, "write a list such as (1, 2)")]
    [InlineData("where(y in (1, z))", 15, "text stands in single quotes: '…'")]
    [InlineData("where(y not 1)", 12, "write y not in (1, 2)")]
    [InlineData("where(and == 1)", 6, "an array of that name is written \"and\"")]
    [InlineData("where(y == 'a)", 11, "close it with '; one within is doubled")]
    [InlineData("where(y == 1;z == 2)", 12, "close the parenthesis, or join conditions with and or or")]
    public void What_means_nothing_is_told_where_and_what_instead(string text, int position, string suggestion)
    {
        ViewSyntaxException error = Assert.Throws<ViewSyntaxException>(() => ViewExpression.Parse(text));
        Assert.Equal((position, true), (error.Position, error.Suggestion?.StartsWith(suggestion, StringComparison.Ordinal)));
        Assert.Equal(text, error.Text);
        Assert.NotEmpty(error.Message);
    }

    [Fact]
    public void Chains_and_levels_are_bounded_whatever_stands_in_them()
    {
        string chain = string.Join('|', Enumerable.Repeat("slice(:9)", 16));
        Assert.Equal(chain, ViewExpression.Parse(chain).ToString());
        Assert.Throws<ViewSyntaxException>(() => ViewExpression.Parse(chain + "|slice(:9)"));
        string deep = $"where({new string('(', 64)}y == 1{new string(')', 64)})";
        Assert.Equal("where(y == 1)", ViewExpression.Parse(deep).ToString());
        Assert.Throws<ViewSyntaxException>(() => ViewExpression.Parse($"where({new string('(', 65)}y == 1{new string(')', 65)})"));
        Assert.Throws<ViewSyntaxException>(() => ViewExpression.Parse($"where({string.Concat(Enumerable.Repeat("not ", 30_000))}y == 1)"));
        Assert.Throws<ViewSyntaxException>(() => ViewExpression.Parse(new string('(', 100_000)));

        // The canonical text, which is what is stored, has one parenthesis more.
        string most = $"where({string.Concat(Enumerable.Repeat("not ", 63))}y == 1)";
        Assert.Equal(ViewExpression.Parse(most).ToString(), ViewExpression.Parse(ViewExpression.Parse(most).ToString()).ToString());
        Assert.Throws<ViewSyntaxException>(() => ViewExpression.Parse(most.Replace("where(", "where(not ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Seeded_noise_is_a_view_or_a_syntax_error_and_nothing_else()
    {
        Random random = new(4);
        string[] words = ["where(", "split(", "y", " == ", "1", ")", "|", "and", "not", "in", "(", "[", "]", "'", "\"", "by=", "parts=0.5:0.5", ",take=0", "slice(", ":", "-1", "\0", "é", "unique("];
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => words[random.Next(words.Length)]));
            try
            {
                string canonical = ViewExpression.Parse(text).ToString();
                Assert.Equal(canonical, ViewExpression.Parse(canonical).ToString());
            }
            catch (ViewSyntaxException error)
            {
                Assert.InRange(error.Position!.Value, 0, text.Length);
            }
        }
    }

    [Theory]
    [InlineData("where(q == 1)", typeof(ViewArrayException), 6)]
    [InlineData("where(x == 1)", typeof(ProfileNeededException), 6)]
    [InlineData("where(y == 'a')", typeof(ViewMismatchException), 11)]
    [InlineData("where(site == 3)", typeof(ViewMismatchException), 14)]
    [InlineData("where(site in ('a', 3))", typeof(ViewMismatchException), 20)]
    [InlineData("where(c == 3)", typeof(ViewMismatchException), 6)]
    [InlineData("split(by=q,parts=1,take=0)", typeof(ViewArrayException), 9)]
    [InlineData("kfold(k=2,by=x,fold=0)", typeof(ProfileNeededException), 13)]
    [InlineData("sample(n=1,by=c)", typeof(ViewMismatchException), 14)]
    [InlineData("sample(n=5)", typeof(ViewMismatchException), 9)]
    [InlineData("unique(x)", typeof(ProfileNeededException), 7)]
    [InlineData("where(y.mean == 1)", typeof(ProfileNeededException), 6)]
    public async Task What_does_not_fit_the_dataset_is_told_where(string text, Type error, int position)
    {
        MemorySource source = new MemorySource(4)
            .With("x", Dtype.UInt8, new byte[8], rowElements: 2)
            .With("y", Dtype.Int64, [1L, 2, 3, 4])
            .With("c", Dtype.Complex64, new long[4])
            .With("site", "a", "b", "a", "c");
        using ViewEvaluator evaluator = new(1 << 20, 1 << 20, new(null));
        ViewException thrown = (ViewException)await Assert.ThrowsAsync(
            error, async () => await evaluator.EvaluateAsync(ViewExpression.Parse(text), Microtome.Datasets.Views.Rows.ViewRows.All(4), source, TestContext.Current.CancellationToken));
        Assert.Equal((text, position), (thrown.Text, thrown.Position));
    }
}
