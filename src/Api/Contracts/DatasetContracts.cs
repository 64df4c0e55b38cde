using System.Text.Json.Serialization;
using Microtome.Datasets.Profiles;

namespace Microtome.Api.Contracts;

/// <summary>The datasets that are served.</summary>
internal sealed record DatasetList(IReadOnlyList<DatasetSummary> Datasets);

/// <summary>A dataset at a glance.</summary>
/// <param name="Name">The name that URLs say.</param>
/// <param name="Version">The identity of its content, for <c>version=</c>.</param>
/// <param name="Rows">The length of axis 0 of its aligned arrays.</param>
/// <param name="Bytes">Bytes of all arrays, decoded.</param>
/// <param name="ArrayCount">How many arrays it has.</param>
/// <param name="Arrays">Its arrays, at most 32 of them.</param>
/// <param name="Views">The names that <c>view=</c> takes.</param>
/// <param name="Href">Where its detail is.</param>
internal sealed record DatasetSummary(
    string Name, string Version, long Rows, long Bytes, int ArrayCount, IReadOnlyList<ArraySummary> Arrays, IReadOnlyList<string> Views, string Href);

internal sealed record ArraySummary(string Name, string Dtype, IReadOnlyList<long> Shape);

/// <summary>A dataset with every array.</summary>
internal sealed record DatasetDetail(
    string Name,
    string Version,
    long Rows,
    long Bytes,
    int ArrayCount,
    IReadOnlyList<ArrayDetail> Arrays,
    IReadOnlyList<string> Views,
    string Href,
    LabelsDetail? Labels,
    IReadOnlyDictionary<string, object?> Attributes);

/// <summary>One array of a dataset.</summary>
/// <param name="Name">The name that URLs say.</param>
/// <param name="Dtype">NumPy's spelling, or the file's own where it is not servable.</param>
/// <param name="Shape">Elements an axis; empty for 0-d.</param>
/// <param name="Chunks">The chunk shape, null where the array is not chunked.</param>
/// <param name="Filters">The filters of its chunks, in the order they were applied.</param>
/// <param name="StoredBytes">Bytes it takes in its file.</param>
/// <param name="Bytes">Bytes decoded.</param>
/// <param name="Aligned">Whether its axis 0 is the dataset's rows.</param>
/// <param name="Source">The file it lies in.</param>
/// <param name="Attributes">What the file says about it.</param>
/// <param name="Aliases">Further names that URLs may say.</param>
/// <param name="Servable">False where its type or a filter cannot be decoded.</param>
/// <param name="Reason">Why it is not servable.</param>
/// <param name="Statistics">What a profile found, once there is one.</param>
internal sealed record ArrayDetail(
    string Name,
    string Dtype,
    IReadOnlyList<long> Shape,
    IReadOnlyList<long>? Chunks,
    IReadOnlyList<string> Filters,
    long StoredBytes,
    long Bytes,
    bool Aligned,
    SourceDetail Source,
    IReadOnlyDictionary<string, object?> Attributes,
    IReadOnlyList<string> Aliases,
    bool Servable,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ArrayStatistics? Statistics);

/// <summary>The file of an array: its format, and its path relative to its data root.</summary>
internal sealed record SourceDetail(string Format, string Path);

/// <summary>The array that classes are read from, and their names where the dataset has them.</summary>
internal sealed record LabelsDetail(string Array, IReadOnlyList<string>? Names);
