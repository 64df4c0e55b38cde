namespace Microtome.Datasets.Catalogue;

/// <summary>
/// Says what is left out, once and not at every look at the files. A file that is being written is refused in other words each
/// time: it is heard of at first, and again only when it has come to rest. Used by one scan at a time.
/// </summary>
internal sealed class Journal(Action<CatalogueEvent> log)
{
    private const int MaxExamples = 5;

    private readonly Dictionary<string, string> _said = new(StringComparer.Ordinal);
    private readonly HashSet<string> _heard = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _notRecognized = new(StringComparer.Ordinal);

    /// <summary>Says why a file, folder or dataset is left out.</summary>
    /// <param name="isFinal">Whether the reason stands: a thing at rest.</param>
    public void Say(string subject, string reason, bool isFinal = true)
    {
        _heard.Add(subject);
        if (!_said.TryGetValue(subject, out string? before) || (isFinal && before != reason))
        {
            _said[subject] = reason;
            log(new(CatalogueEventKind.LeftOut, subject, reason));
        }
    }

    /// <summary>A file of which nothing new is known is not forgotten.</summary>
    public void Keep(string subject) => _heard.Add(subject);

    /// <summary>Files that are no arrays are many in some folders: they share one line a data root.</summary>
    public void SayNotRecognized(FileEntry file)
    {
        _heard.Add(file.FullPath);
        if (_said.TryAdd(file.FullPath, ""))
        {
            if (!_notRecognized.TryGetValue(file.Root, out List<string>? names))
            {
                _notRecognized[file.Root] = names = [];
            }

            names.Add(file.Relative);
        }
    }

    /// <summary>Ends a scan: what it did not mention may be said again.</summary>
    public void EndScan()
    {
        foreach ((string root, List<string> names) in _notRecognized)
        {
            string more = names.Count > MaxExamples ? $" and {names.Count - MaxExamples} more" : "";
            log(new(CatalogueEventKind.LeftOut, root, $"left out, in no format that is served: {string.Join(", ", names.Take(MaxExamples))}{more}"));
        }

        _notRecognized.Clear();
        if (_said.Count > _heard.Count)
        {
            foreach (string subject in _said.Keys.Where(subject => !_heard.Contains(subject)).ToList())
            {
                _said.Remove(subject);
            }
        }

        _heard.Clear();
    }
}
