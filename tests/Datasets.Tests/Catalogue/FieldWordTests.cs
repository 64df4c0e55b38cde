using Microtome.Datasets.Catalogue;

namespace Microtome.Datasets.Tests.Catalogue;

public sealed class FieldWordTests
{
    [Theory]
    [InlineData("train_images", "train", "images")]
    [InlineData("x_val", "val", "x")]
    [InlineData("X_train", "train", "X")]
    [InlineData("pcam_test_x", "pcam_test", "x")]
    [InlineData("x_pcam_test", "pcam_test", "x")]
    [InlineData("scan_mask", "scan", "mask")]
    [InlineData("x_mask", "x", "mask")]
    [InlineData("a__y", "a_", "y")]
    public void A_stem_that_ends_or_begins_with_a_field_word_is_split(string stem, string rest, string word)
    {
        Assert.True(FieldWord.TrySplit(stem, out string actualRest, out string actualWord));
        Assert.Equal((rest, word), (actualRest, actualWord));
    }

    [Theory]
    [InlineData("images")]
    [InlineData("_x")]
    [InlineData("x_")]
    [InlineData("train-images")]
    [InlineData("trainx")]
    [InlineData("maximum_entropy")]
    [InlineData("")]
    public void Other_stems_are_not(string stem) => Assert.False(FieldWord.TrySplit(stem, out _, out _));

    [Fact]
    public void The_words_are_the_contracts()
    {
        string[] words = ["x", "y", "image", "images", "label", "labels", "data", "target", "targets", "feature", "features", "mask", "masks", "input", "inputs", "output", "outputs"];
        Assert.All(words, word => Assert.True(FieldWord.Is(word) && FieldWord.Is(word.ToUpperInvariant())));
        Assert.All(["xs", "z", "train", "datas", "images "], word => Assert.False(FieldWord.Is(word)));
    }
}
