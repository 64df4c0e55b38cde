using System.Collections.Frozen;

namespace Microtome.Datasets.Catalogue;

/// <summary>The words by which files and arrays say which part of a dataset they are: <c>train_images</c>, <c>x_val</c>, <c>labels</c>.</summary>
internal static class FieldWord
{
    private static readonly FrozenSet<string> Words = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "x", "y", "image", "images", "label", "labels", "data", "target", "targets", "feature", "features", "mask", "masks", "input", "inputs", "output", "outputs");

    public static bool Is(string text) => Words.Contains(text);

    /// <summary>Splits <c>REST_WORD</c> or <c>WORD_REST</c>; the word at the end wins where both ends are one.</summary>
    public static bool TrySplit(string stem, out string rest, out string word)
    {
        int last = stem.LastIndexOf('_');
        if (last > 0 && Is(stem[(last + 1)..]))
        {
            (rest, word) = (stem[..last], stem[(last + 1)..]);
            return true;
        }

        int first = stem.IndexOf('_');
        if (first > 0 && first < stem.Length - 1 && Is(stem[..first]))
        {
            (rest, word) = (stem[(first + 1)..], stem[..first]);
            return true;
        }

        rest = word = "";
        return false;
    }
}
