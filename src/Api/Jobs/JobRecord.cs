using System.Text.Json;
using System.Text.Json.Serialization;
using Microtome.Datasets.Catalogue;

namespace Microtome.Api.Jobs;

/// <summary>A job as it lies on the disk: all that a restart has to know.</summary>
internal sealed record JobRecord(
    string Id, JobSpec Spec, JobState State, DateTimeOffset Created, DateTimeOffset? Started, DateTimeOffset? Ended, long Done, long Total, long PeakMemory, JobError? Error)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Null where the file holds no job, or one that was never posted: its names become paths.</summary>
    public static JobRecord? TryRead(string path)
    {
        try
        {
            JobRecord? record = JsonSerializer.Deserialize<JobRecord>(File.ReadAllBytes(path), Json);
            return record is { Spec: { Dataset: not null, Version: not null, Arrays.Count: > 0 }, Done: >= 0, Total: >= 0, PeakMemory: >= 0 }
                && JobId.IsValid(record.Id)
                && record.Id == Path.GetFileNameWithoutExtension(path)
                && Enum.IsDefined(record.State) // The converter takes "failed, cancelled" for the sum of both.
                && record.Spec.Arrays.All(array => array is not null)
                && record.Spec.Transform?.Values.All(transform => transform is not null) != false
                && IsPosted(record.Spec)
                ? record
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static bool IsPosted(JobSpec spec) => spec.Kind switch
    {
        JobSpec.Profile => spec.Name is null,
        JobSpec.Materialize => spec.Name is { } name && DatasetName.IsValid(name),
        _ => false,
    };
}
