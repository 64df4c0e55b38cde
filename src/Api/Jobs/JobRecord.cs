using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microtome.Api.Jobs;

/// <summary>A job as it lies on the disk: all that a restart has to know.</summary>
internal sealed record JobRecord(
    string Id, JobSpec Spec, JobState State, DateTimeOffset Created, DateTimeOffset? Started, DateTimeOffset? Ended, long Done, long Total, long PeakMemory, JobError? Error)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Null where the file holds no job.</summary>
    public static JobRecord? TryRead(string path)
    {
        try
        {
            JobRecord? record = JsonSerializer.Deserialize<JobRecord>(File.ReadAllBytes(path), Json);
            return record is { Id.Length: > 0, Spec: { Kind: not null, Dataset: not null, Version: not null, Arrays: not null } } ? record : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
