using System.Security.Cryptography;
using System.Text;

namespace Microtome.Datasets.Profiles;

/// <summary>What columns are kept under: the content they were computed of, and the array.</summary>
/// <param name="Content">The dataset's version, or whatever else tells its content from any other.</param>
/// <param name="Array">The array's name there.</param>
public sealed record ProfileKey(string Content, string Array)
{
    /// <summary>The folder's name: neither a version set by hand nor an array's name need be one.</summary>
    public string Folder => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Content}\n{Array}")).AsSpan(0, 16));
}
