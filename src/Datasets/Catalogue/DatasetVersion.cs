using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// A dataset's version: 64 bits of SHA-256 over its arrays, each with its name, its name in its file, its spec and the digest of
/// its file's content. No path, no host, no inode: copies of the same files have the same version.
/// </summary>
internal static class DatasetVersion
{
    private const int Bytes = 8;

    /// <param name="members">In name order.</param>
    /// <param name="digests">One for each member: its file's.</param>
    public static string Compute(IReadOnlyList<DatasetMember> members, IReadOnlyList<byte[]> digests)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        for (int i = 0; i < members.Count; i++)
        {
            DatasetMember member = members[i];
            foreach (string part in (ReadOnlySpan<string>)[member.Name, member.Array.Name, member.Array.Dtype, member.Array.Shape.ToString(), member.Array.Identity])
            {
                byte[] text = Encoding.UTF8.GetBytes(part);
                BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
                hash.AppendData(length);
                hash.AppendData(text);
            }

            hash.AppendData(digests[i]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, Bytes));
    }
}
