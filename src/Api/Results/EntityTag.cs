using System.Buffers;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Microtome.Api.Results;

/// <summary>Strong tags: a hash of everything that determines an answer's bytes, never of the bytes.</summary>
internal static class EntityTag
{
    /// <summary>Part of every tag; raised when an encoder's bytes change for the same input.</summary>
    private const string EncoderGeneration = "1";

    private const int DigestBytes = 16;

    /// <summary>
    /// The tag, in its quotes. The parts hold no line breaks. What is asked for is hashed as it is written, and never becomes a string.
    /// A tag keeps nobody from anything, so that the quick hash will do: two requests that somebody makes up to have one tag mislead
    /// only his own cache.
    /// </summary>
    public static string Of(string version, string format, ref DefaultInterpolatedStringHandler request)
    {
        int most = Encoding.UTF8.GetMaxByteCount(EncoderGeneration.Length + version.Length + format.Length + request.Text.Length + 3);
        byte[] text = ArrayPool<byte>.Shared.Rent(most);
        Utf8.TryWrite(text, $"{EncoderGeneration}\n{version}\n{format}\n{request.Text}", out int length);
        request.Clear();
        Span<byte> digest = stackalloc byte[DigestBytes];
        XxHash128.Hash(text.AsSpan(0, length), digest);
        ArrayPool<byte>.Shared.Return(text);
        return $"\"{Convert.ToHexStringLower(digest)}\"";
    }
}
