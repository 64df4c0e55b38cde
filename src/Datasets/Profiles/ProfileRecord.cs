using System.Text.Json;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Profiles;

/// <summary>What lies beside the columns on the disk: whose they are, and what the profile found as a whole.</summary>
/// <param name="Format">How the columns are computed and laid out: another number is another profile.</param>
/// <param name="Boot">Since when the machine ran: see <see cref="DurableFolder"/>. Empty where they are on the disk.</param>
internal sealed record ProfileRecord(int Format, string Content, string Array, string Dtype, long Rows, ArrayStatistics Statistics, string Boot = "")
{
    public const int CurrentFormat = 2;
    public const string FileName = "profile.json";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = false };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Reads the record of a folder, and holds it against the columns there: null where anything is not as it was written.</summary>
    public static ProfileRecord? TryRead(string folder)
    {
        try
        {
            ProfileRecord? record = JsonSerializer.Deserialize<ProfileRecord>(File.ReadAllBytes(Path.Combine(folder, FileName)), Json);
            return record is { Format: CurrentFormat, Rows: >= 0, Statistics: not null } && record.Kinds.All(kind => record.IsWhole(folder, kind)) && record.IsDurable(folder) ? record : null;
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

    private bool IsDurable(string folder) => string.IsNullOrEmpty(Boot) || DurableFolder.IsWhole(folder, Boot);

    private bool IsWhole(string folder, ColumnKind kind) =>
        new FileInfo(Path.Combine(folder, kind.Name)) is { Exists: true } file && file.Length == SpecOf(kind).Bytes;
}
