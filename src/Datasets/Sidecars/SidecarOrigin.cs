using System.Security.Cryptography;
using System.Text;

namespace Microtome.Datasets.Sidecars;

/// <summary>Where an array comes from.</summary>
/// <param name="Place">The file's path and the array's name in it: what a newer content of the same array shares.</param>
/// <param name="Identity">What beside the file's content determines the array's values: its name in the file, its spec.</param>
/// <param name="GetDigestAsync">The identity of the file's content, computed once.</param>
/// <param name="IsUnchanged">Whether the open file is still as it was when it was opened.</param>
public sealed record SidecarOrigin(string Place, string Identity, Func<Task<byte[]>> GetDigestAsync, Func<bool> IsUnchanged)
{
    /// <summary>The first half of the names of this place's sidecars.</summary>
    internal string Prefix { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Place)).AsSpan(0, 8)) + "-";

    /// <summary>32 bytes that no other content of any array has.</summary>
    internal static byte[] KeyOf(byte[] digest, string identity, SidecarLayout layout)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{identity}\t{layout.Plain.Dtype}\t{layout.Plain.Shape}\t{layout.BandRows}");
        return SHA256.HashData([.. digest, .. text]);
    }
}
