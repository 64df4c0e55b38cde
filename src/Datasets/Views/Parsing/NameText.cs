namespace Microtome.Datasets.Views.Parsing;

/// <summary>Array names as canonical expressions write them: bare where that cannot be taken for anything else, else in double quotes.</summary>
internal static class NameText
{
    private static readonly string[] Keywords = ["and", "or", "not", "in", "true", "false"];

    public static string Quote(string name) => IsPlain(name) ? name : "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    private static bool IsPlain(string name) =>
        name.Length > 0 && !Keywords.Contains(name, StringComparer.OrdinalIgnoreCase) && (char.IsAsciiLetter(name[0]) || name[0] is '_' or '/')
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '-');
}
