namespace Microtome.Api.Jobs;

/// <summary>What a job is to do, validated when it was posted and pinned to the content that it was posted for.</summary>
/// <param name="Kind">profile or materialize.</param>
/// <param name="Dataset">Of which dataset.</param>
/// <param name="Version">Its content then: a job never goes on with another.</param>
/// <param name="Arrays">Which arrays, by their names there.</param>
/// <param name="View">Which rows, in a form that means the same later on; null for a profile.</param>
/// <param name="Name">The dataset that a materialize makes.</param>
/// <param name="Transform">By array: what is done to it on the way.</param>
internal sealed record JobSpec(
    string Kind, string Dataset, string Version, IReadOnlyList<string> Arrays, string? View = null, string? Name = null, IReadOnlyDictionary<string, string>? Transform = null)
{
    public const string Profile = "profile";
    public const string Materialize = "materialize";
}

/// <summary>Where a job stands, as the contract spells it.</summary>
internal enum JobState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>Why a job failed: the members of a problem.</summary>
internal sealed record JobError(string Code, int Status, string Title, string Detail);
