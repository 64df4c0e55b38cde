namespace Microtome.Datasets.Transforms.Parsing;

/// <summary>The nearest of a few known words, by edit distance, letters of either case alike.</summary>
internal static class Spelling
{
    private const int LongestWord = 32;

    /// <summary><c>did you mean cast?</c>, or the whole list where nothing is near.</summary>
    public static string Suggest(string word, params ReadOnlySpan<string> known)
    {
        string? nearest = null;
        int least = int.MaxValue;
        foreach (string candidate in known)
        {
            int distance = Distance(word, candidate);
            if (distance < least)
            {
                (nearest, least) = (candidate, distance);
            }
        }

        return nearest is not null && least <= Math.Max(1, nearest.Length / 2) ? $"did you mean {nearest}?" : "use one of " + string.Join(", ", known!);
    }

    private static int Distance(string word, string candidate)
    {
        if (word.Length > LongestWord)
        {
            return int.MaxValue;
        }

        Span<int> row = stackalloc int[candidate.Length + 1];
        for (int j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }

        foreach (char letter in word)
        {
            int diagonal = row[0]++;
            for (int j = 1; j < row.Length; j++)
            {
                int substituted = diagonal + (char.ToLowerInvariant(letter) == candidate[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
