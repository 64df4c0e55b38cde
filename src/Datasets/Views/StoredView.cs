using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views;

/// <summary>
/// A view that a client stored, as a file: one line of JSON, then, where it is a list, its rows as little-endian int64. A file that
/// is not as it was written holds no view: rather none than another.
/// </summary>
/// <param name="Format">How the file is laid out: 1 is the same without the digest.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Name">The view's name.</param>
/// <param name="Expression">The canonical expression; null for a list of rows.</param>
/// <param name="Version">The version that the rows belong to; null for an expression.</param>
/// <param name="Rows">How many rows the list has.</param>
/// <param name="DatasetRows">How many the dataset had.</param>
/// <param name="Digest">SHA-256 of the line without this, and of the rows, in hexadecimal.</param>
internal sealed record StoredView(int Format, string Dataset, string Name, string? Expression, string? Version, long Rows, long DatasetRows, string? Digest = null)
{
    public const int CurrentFormat = 2;

    private const int FormatWithoutDigest = 1;
    private const int MaxLineBytes = 1 << 20;
    private const byte LineEnd = (byte)'\n';

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public byte[] ToBytes(ReadOnlySpan<long> rows) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(this with { Digest = DigestOf(rows) }, Json), LineEnd, .. MemoryMarshal.AsBytes(rows)];

    /// <summary>Reads a file's first line, and holds the file's length against it: null where it is no such file.</summary>
    public static NamedView? TryRead(string path, out StoredView? stored)
    {
        stored = null;
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] head = new byte[(int)Math.Min(MaxLineBytes, file.Length)];
            file.ReadExactly(head);
            int end = head.AsSpan().IndexOf(LineEnd);
            stored = end < 0 ? null : JsonSerializer.Deserialize<StoredView>(head.AsSpan(0, end), Json);
            if (stored is not { Format: CurrentFormat or FormatWithoutDigest, Dataset: not null, Name: not null, Rows: >= 0 and < int.MaxValue } || file.Length - end - 1 != stored.Rows * sizeof(long))
            {
                return null;
            }

            return stored.ToView(path, end + 1);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or Errors.ViewSyntaxException)
        {
            return null;
        }
    }

    /// <summary>The view, of whose rows none are kept before they are asked for.</summary>
    private NamedView? ToView(string path, long offset)
    {
        long[] rows = ReadRows(path, offset);
        if (Digest != (Format == CurrentFormat ? DigestOf(rows) : null) || Array.Exists(rows, row => row < 0 || row >= DatasetRows))
        {
            return null;
        }

        if (Expression is not null)
        {
            return NamedView.Of(Name, ViewExpression.Parse(Expression), isStored: true);
        }

        if (Version is null)
        {
            return null;
        }

        string id = ViewId.OfRows(Version, MemoryMarshal.AsBytes<long>(rows));
        return NamedView.OfRows(Name, id, Version, Rows, () => Load(path, offset, id));
    }

    private ViewRows Load(string path, long offset, string id)
    {
        try
        {
            long[] rows = ReadRows(path, offset);
            return ViewId.OfRows(Version!, MemoryMarshal.AsBytes<long>(rows)) == id
                ? PackedRows.Of(rows, DatasetRows)
                : throw new ArrayReadException($"The stored list of rows {Name} is damaged.");
        }
        catch (Exception error) when (error is IOException and not ArrayReadException or UnauthorizedAccessException)
        {
            throw new ArrayReadException($"The stored list of rows {Name} cannot be read.", error);
        }
    }

    private string DigestOf(ReadOnlySpan<long> rows)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(this with { Digest = null }, Json));
        hash.AppendData(MemoryMarshal.AsBytes(rows));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private long[] ReadRows(string path, long offset)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        file.Position = offset;
        long[] rows = new long[Rows];
        file.ReadExactly(MemoryMarshal.AsBytes(rows.AsSpan()));
        return rows;
    }
}
