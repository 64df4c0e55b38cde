using System.IO.Enumeration;
using System.Security.Cryptography;
using Microtome.Api.Settings;

namespace Microtome.Api.Security;

/// <summary>A key as configuration has it: never the key itself, only its hash.</summary>
/// <param name="Name">For logs.</param>
/// <param name="Hash">SHA-256 of the key in UTF-8.</param>
/// <param name="Datasets">Globs of the datasets it sees; empty means all.</param>
/// <param name="CanManage">Whether it may store, delete and start jobs.</param>
internal sealed record ApiKey(string Name, byte[] Hash, string[] Datasets, bool CanManage)
{
    /// <summary>What a script makes of a key that it forgot to set.</summary>
    private static readonly string HashOfNothing = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <exception cref="SettingsException">The key is not described as the contract says.</exception>
    public static ApiKey Read(SettingsReader settings)
    {
        settings.AllowOnly("Name", "Sha256", "Datasets", "Scope");
        string name = settings.Text("Name") ?? throw new SettingsException($"{settings.Path}:Name is missing.");
        string hash = settings.Text("Sha256") ?? "";
        if (hash.Length != 64 || !hash.All(char.IsAsciiHexDigitLower))
        {
            throw new SettingsException($"{settings.Path}:Sha256 is the SHA-256 of the key as 64 lower-case hex digits.");
        }

        if (hash == HashOfNothing)
        {
            throw new SettingsException($"{settings.Path}:Sha256 is the hash of an empty key, which everybody has.");
        }

        bool canManage = settings.Text("Scope") switch
        {
            null or "read" => false,
            "manage" => true,
            string other => throw new SettingsException($"{settings.Path}:Scope is '{other}'; it is read or manage."),
        };
        return new(name, Convert.FromHexString(hash), settings.List("Datasets"), canManage);
    }

    public bool CanSee(string dataset) =>
        Datasets.Length == 0 || Array.Exists(Datasets, glob => FileSystemName.MatchesSimpleExpression(glob, dataset, ignoreCase: false));
}
