namespace Microtome.Datasets.Wording;

/// <summary>The nearest of a few known words, by edit distance: a letter more, less, other, or two that changed places, whatever the case.</summary>
public static class Spelling
{
    /// <summary>Letters of a word that are looked at: known ones are shorter.</summary>
    private const int Letters = 64;

    /// <summary>The known word that takes the fewest edits to reach; null where none is known.</summary>
    public static string? Nearest(string word, IEnumerable<string> known) => known.MinBy(candidate => Distance(word, candidate));

    /// <summary><c>did you mean cast?</c>, or the whole list where nothing is near.</summary>
    internal static string Suggest(string word, params ReadOnlySpan<string> known)
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

    private static int Distance(string typed, string candidate)
    {
        ReadOnlySpan<char> word = typed.AsSpan(0, Math.Min(typed.Length, Letters));

        // Three rows of the table: the one being filled and the two before it.
        int width = candidate.Length + 1;
        Span<int> table = stackalloc int[3 * width];
        for (int j = 0; j < width; j++)
        {
            table[j] = j;
        }

        for (int i = 1; i <= word.Length; i++)
        {
            Span<int> row = table.Slice(i % 3 * width, width);
            Span<int> above = table.Slice((i - 1) % 3 * width, width);
            row[0] = i;
            for (int j = 1; j < width; j++)
            {
                int substituted = above[j - 1] + (Same(word[i - 1], candidate[j - 1]) ? 0 : 1);
                row[j] = Math.Min(substituted, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && Same(word[i - 1], candidate[j - 2]) && Same(word[i - 2], candidate[j - 1]))
                {
                    row[j] = Math.Min(row[j], table[((i - 2) % 3 * width) + j - 2] + 1);
                }
            }
        }

        return table[(word.Length % 3 * width) + candidate.Length];
    }

    private static bool Same(char typed, char known) => char.ToLowerInvariant(typed) == char.ToLowerInvariant(known);
}
