using System.IO.Compression;
using System.Security.Cryptography;

namespace Microtome.Api.Page;

/// <summary>
/// One file of the page in memory: as it is, and in brotli where that is smaller. Compressed once, on its own soon after
/// the start; who asks before that is done waits for it. Safe for concurrent use.
/// </summary>
internal sealed class PageFile
{
    private readonly Lazy<Task<byte[]?>> _brotli;

    public PageFile(string mediaType, byte[] content)
    {
        MediaType = mediaType;
        Content = content;
        Tag = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12));
        _brotli = new(() => Task.Run(Compress));
    }

    public string MediaType { get; }

    public byte[] Content { get; }

    /// <summary>A hash of the content, for tags and addresses.</summary>
    public string Tag { get; }

    /// <summary>The content in brotli; null where that would not be smaller, as with fonts.</summary>
    public Task<byte[]?> Brotli => _brotli.Value;

    private byte[]? Compress()
    {
        if (MediaType == PageFiles.Font)
        {
            return null;
        }

        using MemoryStream buffer = new();
        using (BrotliStream brotli = new(buffer, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            brotli.Write(Content);
        }

        return buffer.Length < Content.Length ? buffer.ToArray() : null;
    }
}
