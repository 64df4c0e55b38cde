using System.Security.Cryptography;

namespace Microtome.Api.Jobs;

/// <summary>Ids of jobs: <c>j-</c> and 16 hexadecimal digits, which name files and folders as they are.</summary>
internal static class JobId
{
    private const string Prefix = "j-";
    private const int Bytes = 8;

    /// <summary>Nobody guesses another's.</summary>
    public static string New() => Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    public static bool IsValid(string? id) =>
        id is not null && id.StartsWith(Prefix, StringComparison.Ordinal) && id.Length == Prefix.Length + (2 * Bytes) && id.Skip(Prefix.Length).All(char.IsAsciiHexDigitLower);
}
