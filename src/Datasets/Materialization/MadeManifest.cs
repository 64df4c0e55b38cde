using System.Text.Json;

namespace Microtome.Datasets.Materialization;

/// <summary>What lies beside the arrays of a materialized dataset: their names, and what its source said of the classes.</summary>
/// <param name="Name">The dataset's name, as its folder's.</param>
/// <param name="Job">The job that made it.</param>
/// <param name="Boot">Since when the machine runs; where it was started anew since and the files were not brought to the disk before, they may be empty.</param>
/// <param name="Arrays">The arrays, each in a file of its own.</param>
/// <param name="LabelsArray">The array that holds each row's class.</param>
/// <param name="LabelNames">The classes' names in value order.</param>
public sealed record MadeManifest(string Name, string Job, string Boot, IReadOnlyList<MadeArray> Arrays, string? LabelsArray, IReadOnlyList<string>? LabelNames)
{
    internal const string FileName = "dataset.json";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Null where the folder holds no whole dataset.</summary>
    internal static MadeManifest? TryRead(string folder)
    {
        try
        {
            MadeManifest? manifest = JsonSerializer.Deserialize<MadeManifest>(File.ReadAllBytes(Path.Combine(folder, FileName)), Json);
            return manifest is { Arrays.Count: > 0, Job: not null } && manifest.Job == Path.GetFileName(manifest.Job) && manifest.Name == Path.GetFileName(folder) && manifest.Arrays.All(array => array?.IsWhole(folder) == true) ? manifest : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Bytes of all files.</summary>
    internal long Bytes => Arrays.Sum(array => array.Bytes);
}

/// <summary>An array of a materialized dataset, and the <c>.npy</c> file beside the manifest that holds it.</summary>
public sealed record MadeArray(string Name, string File, long Bytes)
{
    internal bool IsWhole(string folder) =>
        Name is not null && File is not null && Path.GetFileName(File) == File && new FileInfo(Path.Combine(folder, File)) is { Exists: true } file && file.Length == Bytes;
}
