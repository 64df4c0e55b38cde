using System.Security.Cryptography;
using System.Text.Json;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Profiles;

/// <summary>What lies beside the columns on the disk: whose they are, and what the profile found as a whole.</summary>
/// <param name="Format">How the columns are computed and laid out: another number is another profile.</param>
/// <param name="Boot">Since when the machine ran: see <see cref="DurableFolder"/>. Empty where they are on the disk.</param>
/// <param name="Digests">By column: <see cref="ColumnFile.Digest"/>.</param>
/// <param name="Digest">SHA-256 of this record without this and without the boot, in hexadecimal: a dtype or a count that somebody changed
/// would make other numbers of whole columns.</param>
internal sealed record ProfileRecord(
    int Format,
    string Content,
    string Array,
    string Dtype,
    long Rows,
    ArrayStatistics Statistics,
    string Boot = "",
    IReadOnlyDictionary<string, string>? Digests = null,
    string? Digest = null)
{
    public const int CurrentFormat = 3;
    public const string FileName = "profile.json";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = false };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>The record as it is written down: whatever it says is held against its digest when it is read.</summary>
    public ProfileRecord Sign(IReadOnlyDictionary<string, string> digests)
    {
        ProfileRecord unsigned = this with { Digests = digests };
        return unsigned with { Digest = unsigned.Compute() };
    }

    /// <summary>Reads the record of a folder, and holds it against the columns there: null where anything is not as it was written.
    /// Of the columns that is their lengths; their bytes are read when they are first used.</summary>
    public static ProfileRecord? TryRead(string folder)
    {
        try
        {
            ProfileRecord? record = JsonSerializer.Deserialize<ProfileRecord>(File.ReadAllBytes(Path.Combine(folder, FileName)), Json);
            return record is { Format: CurrentFormat, Rows: >= 0, Statistics: not null, Digests: not null } && record.Digest == record.Compute() && record.Kinds.All(kind => record.IsWhole(folder, kind)) && record.IsDurable(folder) ? record : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return null;
        }
    }

    public IReadOnlyList<ColumnKind> Kinds => Arrays.Dtype.TryParse(Dtype, out Dtype? dtype, out _) ? ColumnKind.Of(dtype) : [];

    public ArraySpec SpecOf(ColumnKind kind) =>
        kind.SpecOf(Arrays.Dtype.TryParse(Dtype, out Dtype? dtype, out _) ? dtype : throw new ArgumentException($"{Dtype} is no dtype"), Rows);

    /// <summary>Bytes of all columns.</summary>
    public long Bytes => Kinds.Sum(kind => SpecOf(kind).Bytes);

    /// <summary>Reads a column from its first byte to its last: whether it holds what was written to it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public bool Describes(string folder, ColumnKind kind) => Digests?.GetValueOrDefault(kind.Name) == ColumnFile.DigestOf(Path.Combine(folder, kind.Name));

    private string Compute() => Convert.ToHexStringLower(SHA256.HashData((this with { Boot = "", Digest = null }).ToJson()));

    private bool IsDurable(string folder) => string.IsNullOrEmpty(Boot) || DurableFolder.IsWhole(folder, Boot);

    private bool IsWhole(string folder, ColumnKind kind) =>
        new FileInfo(Path.Combine(folder, kind.Name)) is { Exists: true } file && file.Length == SpecOf(kind).Bytes;
}
