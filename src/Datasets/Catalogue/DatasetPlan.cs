using Microtome.Datasets.Formats;

namespace Microtome.Datasets.Catalogue;

/// <summary>One array of a dataset to be: its name there, and where it comes from.</summary>
internal sealed record DatasetMember(string Name, OpenedArray Array, SharedFile File);

/// <summary>A dataset to be. <c>Key</c> says where it comes from, so that it keeps its name from scan to scan.</summary>
internal sealed record DatasetPlan(string Key, string Name, IReadOnlyList<DatasetMember> Members, string? Version = null, DatasetLabels? Labels = null);
