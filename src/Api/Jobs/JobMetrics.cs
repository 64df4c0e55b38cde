using System.Diagnostics.Metrics;
using Microtome.Api.Telemetry;

namespace Microtome.Api.Jobs;

/// <summary>What is counted of jobs.</summary>
internal sealed class JobMetrics
{
    private readonly Counter<long> _ended;

    public JobMetrics(JobBook book, ServerMetrics metrics)
    {
        _ended = metrics.Meter.CreateCounter<long>("microtome_jobs_ended_total", null, "Jobs that have ended, by kind and state.");
        metrics.Meter.CreateObservableGauge("microtome_jobs_running", () => book.List().Count(job => job.State == JobState.Running), null, "Jobs that run.");
        metrics.Meter.CreateObservableGauge("microtome_jobs_queued", () => book.List().Count(job => job.State == JobState.Queued), null, "Jobs that wait.");
    }

    public void Count(Job job) => _ended.Add(
        1, new("kind", job.Spec.Kind), new KeyValuePair<string, object?>("state", JobInfo.Spell(job.State)));
}
