using Microtome.Api.Problems;

namespace Microtome.Api.Requests;

/// <summary>Which arrays a gather asks for, and in what form, wherever that was said: in the query, or in a JSON body.</summary>
/// <param name="Arrays">The names asked for; null means every aligned servable array.</param>
/// <param name="Select">By array: what is read of each row.</param>
/// <param name="Transform">By array: what is done to it on the way.</param>
internal sealed record GatherRequest(
    IReadOnlyList<string>? Arrays, IReadOnlyDictionary<string, string> Select, IReadOnlyDictionary<string, string> Transform)
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <exception cref="ProblemException">400 where a name list or a prefix is malformed, or an array is named twice.</exception>
    public static GatherRequest Of(GatherQuery query) =>
        new(ParseNames(query.Arrays), ParsePrefixed("select", query.Select), ParsePrefixed("transform", query.Transform));

    private static List<string>? ParseNames(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (text.Length == 0)
        {
            throw ProblemException.Bad("arrays", text, "arrays= names no array; leave it out for all aligned ones.");
        }

        return NameList.TryParse(text, out List<string> names, out string error)
            ? names
            : throw ProblemException.Bad("arrays", text, $"arrays= is a list of names joined by commas: {error}.");
    }

    private static IReadOnlyDictionary<string, string> ParsePrefixed(string parameter, string[]? texts)
    {
        if (texts is null or [])
        {
            return None;
        }

        Dictionary<string, string> byArray = new(texts.Length);
        foreach (string text in texts)
        {
            if (!NameList.TryParsePrefixed(text, out string name, out string rest, out string error))
            {
                throw ProblemException.Bad(parameter, text, $"{parameter}= begins with an array's name: {error}.");
            }

            if (!byArray.TryAdd(name, rest))
            {
                throw ProblemException.Bad(parameter, text, $"{parameter}= is given twice for the array {name}.");
            }
        }

        return byArray;
    }
}
