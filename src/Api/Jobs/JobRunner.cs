using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Materialization;
using Microtome.Datasets.Profiles;

namespace Microtome.Api.Jobs;

/// <summary>
/// Runs the jobs that wait, one at a time. What a stop interrupts stays written down as running, and starts over with the next
/// start; what it had begun is not visible to anybody.
/// </summary>
internal sealed partial class JobRunner(
    JobBook book, JobWork work, DatasetCatalogue catalogue, MadeDatasets made, ComputedColumns columns, JobMetrics metrics, ILogger<JobRunner> log) : BackgroundService
{
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxStop = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ScanPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>Before anything is served: the names that waiting jobs will give are theirs, not a new file's.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        HashSet<string> published = [.. made.List().Select(one => one.Manifest.Job)];
        HashSet<string> lost = [.. made.LostJobs];
        IReadOnlyList<string> damaged = book.Load(record => record.State switch
        {
            // Published, and stopped before that was written down.
            JobState.Queued or JobState.Running when published.Contains(record.Id) => record with { State = JobState.Succeeded, Done = record.Total },

            // The machine stopped before the bytes were on the disk.
            JobState.Succeeded when lost.Contains(record.Id) => record with { State = JobState.Queued, Done = 0, Ended = null },
            _ => record,
        });
        foreach (string path in damaged)
        {
            LogNoJob(path);
        }

        foreach (Job job in book.List().Where(job => !job.HasEnded))
        {
            if (job.Spec.Name is { } name)
            {
                await catalogue.TryPromiseAsync(name, cancellationToken);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>Nothing of it writes any more once the state directory is another's.</summary>
    public override void Dispose()
    {
        base.Dispose();
        ExecuteTask?.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(MaxStop);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!catalogue.IsReady)
        {
            await Task.Delay(ScanPeriod, stoppingToken);
        }

        Settle();
        while (!stoppingToken.IsCancellationRequested)
        {
            Job job = await book.NextAsync(stoppingToken);
            if (job.TryStart())
            {
                TrySave(job);
                await RunAsync(job, stoppingToken);
            }

            if (job.HasEnded)
            {
                await EndAsync(job);
            }
        }
    }

    private async Task RunAsync(Job job, CancellationToken stoppingToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, job.Cancelled);
        Task sampling = SampleAsync(job, stoppingToken);
        try
        {
            await Task.Run(() => work.RunAsync(job, stop.Token), CancellationToken.None);
            job.Sample();
            job.End(JobState.Succeeded);
        }
        catch (OperationCanceledException) when (job.Cancelled.IsCancellationRequested)
        {
            job.End(JobState.Cancelled);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // It stays written down as it is, and starts over.
        }
#pragma warning disable CA1031 // Whatever a job ends in, it is the job's error: the next one runs.
        catch (Exception error)
        {
            JobError? known = JobErrors.TryTranslate(error);
            if (known is null)
            {
                LogFailed(error, job.Id);
            }

            job.End(JobState.Failed, known ?? JobErrors.Internal(job.Id));
        }
#pragma warning restore CA1031

        await sampling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task SampleAsync(Job job, CancellationToken stoppingToken)
    {
        while (!job.HasEnded && !stoppingToken.IsCancellationRequested)
        {
            job.Sample();
            await Task.WhenAny(job.Completion, Task.Delay(SamplePeriod, stoppingToken));
        }
    }

    private async Task EndAsync(Job job)
    {
        if (job.Spec.Name is { } name)
        {
            await catalogue.ReleasePromiseAsync(name);
        }

        metrics.Count(job);
        LogEnded(job.Id, job.Spec.Kind, job.Spec.Dataset, job.State, job.Record.Error?.Detail ?? "");

        // Written down as ended once its bytes are on the disk: where the machine stops before, it runs again.
        Settle();
        TrySave(job);
    }

    private void TrySave(Job job)
    {
        try
        {
            book.Save(job);
        }
        catch (IOException error)
        {
            LogNotSaved(job.Id, error.Message); // After a restart the job runs again, and finds its work done or does it over.
        }
    }

    private void Settle()
    {
        try
        {
            made.Settle();
            columns.Settle();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogNotSettled(error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {Id} ({Kind} of {Dataset}): {State} {Why}")]
    private partial void LogEnded(string id, string kind, string dataset, JobState state, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Id} failed")]
    private partial void LogFailed(Exception error, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} holds no job as it was written; it is passed over")]
    private partial void LogNoJob(string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Id} could not be written down: {Why}")]
    private partial void LogNotSaved(string id, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "What a job made could not be brought to the disk: {Why}")]
    private partial void LogNotSettled(string why);
}
