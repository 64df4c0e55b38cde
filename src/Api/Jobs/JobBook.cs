using System.Threading.Channels;
using Microtome.Datasets.Storage;

namespace Microtome.Api.Jobs;

/// <summary>
/// The jobs that there are: those that wait, the one that runs, and the last that have ended, each in a file of its own in the
/// state directory. Both kinds are bounded. Safe for concurrent use.
/// </summary>
internal sealed class JobBook(StateDirectory state, TimeProvider time, Func<string> newId)
{
    /// <summary>Jobs that wait or run; more are refused.</summary>
    public const int MaxOpen = 100;

    /// <summary>Ended jobs that are remembered; the oldest is forgotten.</summary>
    public const int MaxEnded = 100;

    private const string Room = "jobs";
    private const string Extension = ".json";

    private readonly Lock _lock = new();
    private readonly List<Job> _jobs = [];
    private readonly Channel<Job> _queue = Channel.CreateUnbounded<Job>();

    /// <summary>Every job, the oldest first.</summary>
    public IReadOnlyList<Job> List()
    {
        lock (_lock)
        {
            return [.. _jobs];
        }
    }

    public Job? Find(string id)
    {
        lock (_lock)
        {
            return _jobs.Find(job => job.Id == id);
        }
    }

    /// <summary>Reads the jobs of an earlier life; those that had not ended wait again, in their order.</summary>
    /// <returns>The files that hold no job; they are left as they are.</returns>
    public IReadOnlyList<string> Load(Func<JobRecord, JobRecord> revise)
    {
        if (!state.TryFindRoom(Room, out string? room))
        {
            return [];
        }

        List<(string Path, JobRecord? Record)> files = [.. Directory.EnumerateFiles(room, "*" + Extension).Select(path => (path, JobRecord.TryRead(path)))];
        foreach (JobRecord read in files.Select(file => file.Record).OfType<JobRecord>().OrderBy(record => record.Created).ThenBy(record => record.Id, StringComparer.Ordinal))
        {
            JobRecord record = revise(read);
            Add(new(record.State == JobState.Running ? record with { State = JobState.Queued, Done = 0 } : record, time));
        }

        return [.. files.Where(file => file.Record is null).Select(file => file.Path)];
    }

    /// <summary>Writes a new job down, and has it wait.</summary>
    /// <returns>Null where too many wait.</returns>
    /// <exception cref="StateUnavailableException">There is no state directory.</exception>
    /// <exception cref="DiskFullException">The disk is full.</exception>
    public Job? TryAdd(JobSpec spec, long total)
    {
        Job job = new(new(newId(), spec, JobState.Queued, time.GetUtcNow(), null, null, 0, total, 0, null), time);
        string room = state.OpenRoom(Room);
        lock (_lock)
        {
            if (_jobs.Count(open => !open.HasEnded) >= MaxOpen)
            {
                return null;
            }

            AtomicFile.Write(Path.Combine(room, job.Id + Extension), job.Record.ToJson());
            Add(job);
        }

        return job;
    }

    /// <summary>The next job that waits.</summary>
    public ValueTask<Job> NextAsync(CancellationToken cancellationToken) => _queue.Reader.ReadAsync(cancellationToken);

    /// <summary>Writes down where a job stands.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Save(Job job)
    {
        lock (_lock)
        {
            if (_jobs.Contains(job))
            {
                AtomicFile.Write(Path.Combine(state.OpenRoom(Room), job.Id + Extension), job.Record.ToJson());
                Trim();
            }
        }
    }

    /// <summary>Forgets a job that has ended.</summary>
    public void Forget(Job job)
    {
        lock (_lock)
        {
            if (_jobs.Remove(job))
            {
                File.Delete(Path.Combine(state.OpenRoom(Room), job.Id + Extension));
            }
        }
    }

    private void Add(Job job)
    {
        lock (_lock)
        {
            _jobs.Add(job);
            if (!job.HasEnded)
            {
                _queue.Writer.TryWrite(job);
            }
        }
    }

    private void Trim()
    {
        List<Job> ended = [.. _jobs.Where(job => job.HasEnded)];
        foreach (Job old in ended.Take(Math.Max(0, ended.Count - MaxEnded)))
        {
            Forget(old);
        }
    }
}
