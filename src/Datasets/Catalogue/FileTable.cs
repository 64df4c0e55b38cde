using System.Collections.Concurrent;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// The files that are open, by path. A file whose listing has not changed stays open as it is; one that was refused is not tried
/// again until it changes. Used by one scan at a time.
/// </summary>
internal sealed class FileTable(IReadOnlyList<IDatasetFormat> formats, TimeProvider time)
{
    /// <summary>File times tick every few milliseconds: what was written within this time of its opening could be written again unnoticed.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, Outcome> _outcomes = [];
    private readonly ConcurrentDictionary<string, bool> _used = [];
    private readonly int _headBytes = formats.Max(format => format.HeadBytes);

    /// <summary>Opens what is new or changed, in parallel; returns what is open, in the order listed.</summary>
    /// <param name="entries">What the folders hold.</param>
    /// <param name="isFirst">At start a file just written is waited for; later it is left to the next poll.</param>
    /// <param name="leftOut">Takes the files that could not be opened, and why.</param>
    public async Task<List<SharedFile>> OpenAsync(
        IReadOnlyList<FileEntry> entries, bool isFirst, Dictionary<string, string> leftOut, CancellationToken cancellationToken)
    {
        _used.Clear();
        if (isFirst && entries.Count > 0)
        {
            TimeSpan age = time.GetUtcNow().UtcDateTime - entries.Max(entry => entry.Modified);
            if (age < Quiet && age > -Quiet)
            {
                await Task.Delay(Quiet, cancellationToken);
            }
        }

        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        await Task.Run(() => Parallel.ForEach(entries, parallel, entry => Open(entry.FullPath, entry, formats, null)), cancellationToken);
        List<SharedFile> open = [];
        foreach (FileEntry entry in entries)
        {
            Collect(entry.FullPath, entry.Relative, open, leftOut);
        }

        return open;
    }

    /// <summary>Opens one file of configuration, wherever it lies.</summary>
    public SharedFile? OpenOne(string path, IDatasetFormat? format, Dictionary<string, string> leftOut)
    {
        FileInfo info = new(path);
        string name = Path.GetFileName(path);
        if (!info.Exists)
        {
            leftOut[name] = "the file named in configuration is not there";
            return null;
        }

        FileEntry entry = new(Path.GetDirectoryName(path)!, name, path, info.Length, info.LastWriteTimeUtc, info.CreationTimeUtc);
        string key = format is null ? path : path + "\t" + format;
        Open(key, entry, format is null ? formats : [format], format);
        List<SharedFile> open = [];
        Collect(key, name, open, leftOut);
        return open is [var file] ? file : null;
    }

    /// <summary>Lets go of files that the last scan did not list.</summary>
    public void CloseUnused() => Close(key => !_used.ContainsKey(key));

    public void CloseAll() => Close(_ => true);

    private sealed record Outcome(FileEntry Entry, SharedFile? File, string? Reason);

    private void Collect(string key, string name, List<SharedFile> open, Dictionary<string, string> leftOut)
    {
        Outcome? outcome = _outcomes.GetValueOrDefault(key);
        if (outcome?.File is { } file)
        {
            open.Add(file);
        }
        else if (outcome?.Reason is { } reason)
        {
            leftOut[name] = reason;
        }
    }

    private void Open(string key, FileEntry entry, IReadOnlyList<IDatasetFormat> among, IDatasetFormat? forced)
    {
        _used[key] = true;
        Outcome? before = _outcomes.GetValueOrDefault(key);
        if (before is not null && before.Entry == entry && before.File?.IsUnchanged() != false)
        {
            return;
        }

        TimeSpan age = time.GetUtcNow().UtcDateTime - entry.Modified;
        if (age < Quiet && age > -Quiet)
        {
            // Still being written, it seems: what was served so far goes, the new content comes with the next poll.
            Replace(key, before, null);
            return;
        }

        Replace(key, before, TryOpen(entry, among, forced));
    }

    private void Replace(string key, Outcome? before, Outcome? outcome)
    {
        outcome?.File?.AddUser();
        if (outcome is null)
        {
            _outcomes.TryRemove(key, out _);
        }
        else
        {
            _outcomes[key] = outcome;
        }

        before?.File?.Release();
    }

    private Outcome TryOpen(FileEntry entry, IReadOnlyList<IDatasetFormat> among, IDatasetFormat? forced)
    {
        DataFile? file = null;
        try
        {
            file = DataFile.Open(entry.FullPath);
            IDatasetFormat? format = forced ?? Recognize(file, among);
            if (format is null)
            {
                file.Dispose();
                return new(entry, null, "its content is of no known format");
            }

            OpenedFile opened = format.Open(file);
            return new(entry, new(entry, format.Name, file, opened), null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            file?.Dispose();
            return new(entry, null, error is FormatException or ArrayReadException ? error.Message : "the file cannot be opened");
        }
    }

    private IDatasetFormat? Recognize(DataFile file, IReadOnlyList<IDatasetFormat> among)
    {
        byte[] head = new byte[Math.Min(_headBytes, file.Length)];
        new FileRun(file.Handle, 0, file.Length).CopyTo(0, head);
        return among.FirstOrDefault(format => format.Recognizes(head));
    }

    private void Close(Func<string, bool> isUnused)
    {
        foreach ((string key, Outcome outcome) in _outcomes)
        {
            if (isUnused(key) && _outcomes.TryRemove(key, out _))
            {
                outcome.File?.Release();
            }
        }
    }
}
