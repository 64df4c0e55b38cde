using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Microtome.Api.Results;

/// <summary>Strong tags: a hash of everything that determines an answer's bytes, never of the bytes.</summary>
internal static class EntityTag
{
    /// <summary>Part of every tag; raised when an encoder's bytes change for the same input.</summary>
    private const string EncoderGeneration = "1";

    /// <summary>The tag, in its quotes. The parts hold no line breaks.</summary>
    public static string Of(string version, string format, string request)
    {
        string text = $"{EncoderGeneration}\n{version}\n{format}\n{request}";
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(most);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), digest);
        ArrayPool<byte>.Shared.Return(bytes);
        return $"\"{Convert.ToHexStringLower(digest[..12])}\"";
    }
}
