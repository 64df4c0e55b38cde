using System.Buffers;

namespace Microtome.Api.Results;

/// <summary>
/// <c>Content-Disposition</c> for a file name that may hold anything, since arrays are called as their files say: RFC 6266's
/// <c>filename</c> for the names that it can say, and <c>filename*</c> in UTF-8 beside a plain one for the others.
/// </summary>
internal static class Disposition
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-,()[]@+=");

    /// <param name="isDownload">Whether a browser saves the answer rather than showing it.</param>
    /// <param name="stem">The file's name without its extension.</param>
    /// <param name="extension">The extension, without its dot.</param>
    public static string Of(bool isDownload, string stem, string extension)
    {
        string kind = isDownload ? "attachment" : "inline";
        if (!stem.AsSpan().ContainsAnyExcept(Plain))
        {
            return $"{kind}; filename=\"{stem}.{extension}\"";
        }

        string name = $"{stem}.{extension}";
        string plain = string.Create(name.Length, name, static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = Plain.Contains(source[i]) ? source[i] : '_';
            }
        });
        return $"{kind}; filename=\"{plain}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";
    }
}
