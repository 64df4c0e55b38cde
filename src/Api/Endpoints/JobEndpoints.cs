using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microtome.Api.Hosting;
using Microtome.Api.Jobs;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Api.Security;

namespace Microtome.Api.Endpoints;

/// <summary>Long work: started, watched, cancelled.</summary>
internal static class JobEndpoints
{
    public static IEndpointRouteBuilder MapJobs(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1/jobs").WithTags("Jobs");
        group.MapPost("", PostJob).Accepts<PostedJob>("application/json").WithMetadata(new BodyExample("""{"kind":"profile","dataset":"digits","arrays":["images"]}"""));
        group.MapGet("", ListJobs).AlsoHead();
        group.MapGet("{job}", GetJob).AlsoHead();
        group.MapGet("{job}/events", GetEvents);
        group.MapDelete("{job}", DeleteJob);
        return routes;
    }

    /// <summary>Starts a job: a profile of arrays, or a view materialized as a new dataset.</summary>
    /// <remarks>
    /// `{"kind":"profile","dataset":"digits","arrays":["images"]}` computes mean, std, min, max and a content hash of every row, as columns
    /// `images.mean` … that `where` and `unique` take, and statistics. `{"kind":"materialize","dataset":"digits","view":"slice(0:100)",
    /// "name":"small","arrays":["images","labels"],"transform":{"images":"cast(f4)|div(16)"}}` makes a new dataset of `.npy` files.
    /// </remarks>
    internal static async Task<Accepted<JobInfo>> PostJob(HttpContext http, JobDesk desk, CancellationToken cancellationToken)
    {
        JobBody body = await JobBody.ReadAsync(http.Request, cancellationToken);
        Job job = await desk.PostAsync(http, body, cancellationToken);
        return TypedResults.Accepted(JobInfo.Path(job), JobInfo.Of(job));
    }

    /// <summary>Lists the jobs, the oldest first: those that wait or run, and the last that have ended.</summary>
    internal static Ok<JobList> ListJobs(HttpContext http, JobBook book) =>
        TypedResults.Ok(new JobList([.. book.List().Where(job => MaySee(http, job)).Select(JobInfo.Of)]));

    /// <summary>Shows one job.</summary>
    /// <param name="job">The job's id.</param>
    internal static Ok<JobInfo> GetJob(string job, HttpContext http, JobBook book) => TypedResults.Ok(JobInfo.Of(Find(http, book, job)));

    /// <summary>Follows a job: server-sent events `progress`, and `end` when it has ended.</summary>
    /// <param name="job">The job's id.</param>
    internal static JobEventStream GetEvents(string job, HttpContext http, JobBook book, StreamAdmission streams, IHostApplicationLifetime lifetime, TimeProvider time) =>
        new(Find(http, book, job), streams, lifetime, time);

    /// <summary>Cancels a job that waits or runs (202), or forgets one that has ended (204). Nothing half-written stays.</summary>
    /// <param name="job">The job's id.</param>
    /// <param name="cancel">`true` only cancels: 409 where the job has ended meanwhile.</param>
    internal static Results<Accepted<JobInfo>, NoContent> DeleteJob(string job, [FromQuery] bool? cancel, HttpContext http, JobBook book)
    {
        Job found = Find(http, book, job);
        if (found.TryCancel())
        {
            return TypedResults.Accepted(JobInfo.Path(found), JobInfo.Of(found));
        }

        if (cancel == true)
        {
            throw new ProblemException(ProblemCode.NotRunning, $"The job {job} has {(found.State == JobState.Cancelled ? "been" : "")} {JobInfo.Spell(found.State)} already.") { Value = job };
        }

        book.Forget(found);
        return TypedResults.NoContent();
    }

    private static Job Find(HttpContext http, JobBook book, string id) =>
        book.Find(id) is { } job && MaySee(http, job) ? job : throw new ProblemException(ProblemCode.JobNotFound, $"There is no job {id}; GET /v1/jobs lists them.") { Value = id };

    /// <summary>A key sees the jobs of its datasets only.</summary>
    private static bool MaySee(HttpContext http, Job job) => http.Caller().CanSee(job.Spec.Dataset) && (job.Spec.Name is not { } name || http.Caller().CanSee(name));
}

/// <summary>A job as it is posted.</summary>
/// <param name="Kind">`profile` or `materialize`.</param>
/// <param name="Dataset">Of which dataset.</param>
/// <param name="Version">Pins its content: 409 if it has changed.</param>
/// <param name="Arrays">Which arrays; omitted: all aligned ones.</param>
/// <param name="View">materialize: which rows. Default all.</param>
/// <param name="Name">materialize: what the new dataset is called.</param>
/// <param name="Transform">materialize: by array, what is done to it on the way.</param>
internal sealed record PostedJob(
    string Kind, string Dataset, string? Version, IReadOnlyList<string>? Arrays, string? View, string? Name, IReadOnlyDictionary<string, string>? Transform);
