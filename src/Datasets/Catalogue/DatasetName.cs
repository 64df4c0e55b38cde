using System.Text;

namespace Microtome.Datasets.Catalogue;

/// <summary>Names of datasets: <c>[A-Za-z0-9][A-Za-z0-9._-]*</c>.</summary>
public static class DatasetName
{
    public static bool IsValid(string name) => name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && name.All(IsLegal);

    /// <summary>Folders and a stem as a name: joined by dots, other characters become <c>-</c>, a wrong start gets the prefix <c>d</c>.</summary>
    internal static string Of(IEnumerable<string> folders, string stem)
    {
        StringBuilder name = new();
        foreach (Rune rune in string.Join('.', [.. folders, stem]).EnumerateRunes())
        {
            name.Append(rune.IsAscii && IsLegal((char)rune.Value) ? (char)rune.Value : '-');
        }

        if (name.Length == 0 || !char.IsAsciiLetterOrDigit(name[0]))
        {
            name.Insert(0, 'd');
        }

        return name.ToString();
    }

    private static bool IsLegal(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
