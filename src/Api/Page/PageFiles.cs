using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Microtome.Api.Page;

/// <summary>
/// The page's files, embedded in the program: they are found wherever the program is started, published or not. All but the first
/// document lie under a hash of all of them, so that browsers may keep them for ever and never mix two versions. Immutable.
/// </summary>
internal sealed class PageFiles
{
    public const string Font = "font/woff2";

    private const string Prefix = "page/";
    private const string First = "index.html";

    /// <summary>What the first document says instead of the hash.</summary>
    private const string GenerationMark = "{generation}";

    /// <summary>What the first document says instead of whether a key will be asked for.</summary>
    private const string KeysMark = "{keys}";

    /// <summary>How long after the start the files are compressed: first the server answers those who waited for it.</summary>
    private static readonly TimeSpan CompressionDelay = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, PageFile> _files = new(StringComparer.Ordinal);

    /// <param name="asksForKey">Whether keys are configured: the page then asks for one before its first request.</param>
    public PageFiles(bool asksForKey)
    {
        Assembly program = typeof(PageFiles).Assembly;
        foreach (string resource in program.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string name = resource[Prefix.Length..].Replace('\\', '/');
            using Stream stream = program.GetManifestResourceStream(resource)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            _files.Add(name, new(MediaTypeOf(name), content));
        }

        string tags = string.Join('\n', _files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Key + file.Value.Tag));
        Generation = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tags)).AsSpan(0, 8));
        string first = Encoding.UTF8.GetString(_files[First].Content)
            .Replace(GenerationMark, Generation, StringComparison.Ordinal)
            .Replace(KeysMark, asksForKey ? "asked" : "none", StringComparison.Ordinal);
        _files.Remove(First);
        Index = new(MediaTypeOf(First), Encoding.UTF8.GetBytes(first));
    }

    /// <summary>The document at <c>/</c>.</summary>
    public PageFile Index { get; }

    /// <summary>A hash of all files: part of their addresses.</summary>
    public string Generation { get; }

    public IReadOnlyDictionary<string, PageFile> Files => _files;

    /// <summary>Compresses every file, after a while. To be called once the server has started.</summary>
    public async Task CompressAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(CompressionDelay, cancellationToken);
        foreach (PageFile file in _files.Values.Prepend(Index))
        {
            await file.Brotli;
        }
    }

    private static string MediaTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".txt" => "text/plain; charset=utf-8",
        ".woff2" => Font,
        string other => throw new InvalidOperationException($"The page's file {name} is of a kind without a media type: {other}."),
    };
}
