namespace Microtome.Api.Jobs;

/// <summary>A job as clients see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">`profile` or `materialize`.</param>
/// <param name="State">`queued`, `running`, `succeeded`, `failed` or `cancelled`.</param>
/// <param name="Dataset">Of which dataset.</param>
/// <param name="Version">The content that it was posted for.</param>
/// <param name="Arrays">Which arrays.</param>
/// <param name="View">Which rows; null for a profile.</param>
/// <param name="Name">The dataset that it makes; null for a profile.</param>
/// <param name="Transform">By array: what is done to it on the way.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units to do: the rows of all its arrays.</param>
/// <param name="Unit">`rows`.</param>
/// <param name="Rate">Units a second, over the last seconds; null where not known.</param>
/// <param name="Eta">Seconds to the end; null where not known.</param>
/// <param name="PeakMemory">The most private memory (RssAnon, bytes) that the whole server had while the job ran.</param>
/// <param name="Created">When it was posted (UTC).</param>
/// <param name="Started">When it was begun, the last time.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Error">Why it failed: the members of a problem.</param>
/// <param name="Links">Where to go on: `self`, `events`, `dataset`, and once a materialize has succeeded `result`.</param>
internal sealed record JobInfo(
    string Id,
    string Kind,
    string State,
    string Dataset,
    string Version,
    IReadOnlyList<string> Arrays,
    string? View,
    string? Name,
    IReadOnlyDictionary<string, string>? Transform,
    long Done,
    long Total,
    string Unit,
    double? Rate,
    double? Eta,
    long PeakMemory,
    DateTimeOffset Created,
    DateTimeOffset? Started,
    DateTimeOffset? Ended,
    JobError? Error,
    IReadOnlyDictionary<string, string> Links)
{
    public static JobInfo Of(Job job)
    {
        JobRecord record = job.Record;
        (double? rate, double? eta) = job.Pace;
        JobSpec spec = record.Spec;
        Dictionary<string, string> links = new()
        {
            ["self"] = Path(job),
            ["events"] = Path(job) + "/events",
            ["dataset"] = "/v1/datasets/" + spec.Dataset,
        };
        if (record.State == JobState.Succeeded && spec.Name is { } name)
        {
            links["result"] = "/v1/datasets/" + name;
        }

        return new(
            record.Id, spec.Kind, Spell(record.State), spec.Dataset, spec.Version, spec.Arrays, spec.View, spec.Name, spec.Transform,
            record.Done, record.Total, "rows", rate, eta, record.PeakMemory, record.Created, record.Started, record.Ended, record.Error, links);
    }

    public static string Path(Job job) => "/v1/jobs/" + job.Id;

    public static string Spell(JobState state) => state switch
    {
        JobState.Queued => "queued",
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        _ => "cancelled",
    };
}

/// <summary>The jobs, the oldest first.</summary>
internal sealed record JobList(IReadOnlyList<JobInfo> Jobs);
