using System.Text;
using Microtome.Datasets.Gathering;

namespace Microtome.Api.Requests;

/// <summary>
/// Names in a parameter: <c>x,meta/wsi,"odd, name"</c>. A name outside <c>[A-Za-z0-9_./-]+</c> stands in double quotes
/// (a quote within is doubled); the pseudo-arrays <c>@rows</c> and <c>@valid</c> go bare.
/// </summary>
internal static class NameList
{
    /// <summary>Splits the whole text at commas between names. Empty text is no names.</summary>
    public static bool TryParse(string text, out List<string> names, out string error)
    {
        names = [];
        error = "";
        int at = 0;
        while (at < text.Length || names.Count > 0)
        {
            if (!TryRead(text, ref at, out string name, out error))
            {
                return false;
            }

            names.Add(name);
            if (at == text.Length)
            {
                return true;
            }

            if (text[at++] != ',')
            {
                error = $"a comma is missing at character {at}";
                return false;
            }
        }

        return true;
    }

    /// <summary>Splits <c>name:rest</c>, as <c>select=x:0:32</c> and <c>transform=x:cast(f4)</c> are written.</summary>
    public static bool TryParsePrefixed(string text, out string name, out string rest, out string error)
    {
        int at = 0;
        rest = "";
        if (!TryRead(text, ref at, out name, out error))
        {
            return false;
        }

        if (at == text.Length || text[at] != ':')
        {
            error = "the array's name and a colon stand in front, as in x:…";
            return false;
        }

        rest = text[(at + 1)..];
        return true;
    }

    /// <summary>The name as it has to be written in a parameter.</summary>
    public static string Quote(string name) =>
        name.Length > 0 && name.All(IsBare) || ComputedArray.IsName(name) ? name : "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    private static bool IsBare(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '-';

    private static bool TryRead(string text, ref int at, out string name, out string error)
    {
        name = error = "";
        if (at < text.Length && text[at] == '"')
        {
            return TryReadQuoted(text, ref at, out name, out error);
        }

        int start = at;
        at += at < text.Length && text[at] == '@' ? 1 : 0;
        while (at < text.Length && IsBare(text[at]))
        {
            at++;
        }

        name = text[start..at];
        if (name.Length == 0 || (name[0] == '@' && !ComputedArray.IsName(name)))
        {
            error = $"a name is missing at character {start} (other names than [A-Za-z0-9_./-]+ stand in double quotes)";
            return false;
        }

        return true;
    }

    private static bool TryReadQuoted(string text, ref int at, out string name, out string error)
    {
        StringBuilder word = new();
        name = error = "";
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] != '"')
            {
                word.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '"')
            {
                word.Append(text[i++]);
            }
            else
            {
                at = i + 1;
                name = word.ToString();
                error = name.Length == 0 ? "a quoted name is empty" : "";
                return name.Length > 0;
            }
        }

        error = $"the quotation that begins at character {at} does not end";
        return false;
    }
}
