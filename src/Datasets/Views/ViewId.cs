using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Microtome.Datasets.Views;

/// <summary>
/// Content-addressed ids: <c>v-</c> and 16 hex digits, the first 64 bits of a SHA-256. Of an expression: over the ASCII text
/// <c>microtome.view.v1</c>, a zero byte and the canonical expression in UTF-8. Of a list of rows: over <c>microtome.rows.v1</c>, a
/// zero byte, the dataset's version in UTF-8, a zero byte and the rows as little-endian int64. Published: they never change.
/// </summary>
public static class ViewId
{
    private const string Prefix = "v-";
    private const int HexDigits = 16;
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    public static string OfExpression(string canonical) => Format(SHA256.HashData([.. "microtome.view.v1\0"u8, .. Encoding.UTF8.GetBytes(canonical)]));

    /// <param name="version">The content that the row numbers belong to.</param>
    /// <param name="rows">Little-endian int64.</param>
    public static string OfRows(string version, ReadOnlySpan<byte> rows)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([.. "microtome.rows.v1\0"u8, .. Encoding.UTF8.GetBytes(version), 0]);
        hash.AppendData(rows);
        return Format(hash.GetHashAndReset());
    }

    public static bool IsId(string text) =>
        text.Length == Prefix.Length + HexDigits && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.AsSpan(Prefix.Length).IndexOfAnyExcept(Hex) < 0;

    private static string Format(byte[] digest) => Prefix + Convert.ToHexStringLower(digest.AsSpan(0, HexDigits / 2));
}
