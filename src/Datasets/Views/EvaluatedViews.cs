using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views;

/// <summary>What an evaluated view depends on.</summary>
/// <param name="Dataset">The dataset's name: versions set by hand are no content.</param>
/// <param name="Version">Its version.</param>
/// <param name="Rows">Its rows, so that a version that was left as it was by hand never leads beyond the end.</param>
/// <param name="Expression">The canonical expression.</param>
public readonly record struct ViewKey(string Dataset, string Version, long Rows, string Expression);

/// <summary>
/// The rows of views, each evaluated once for all who ask at the same time, and kept while there is room, the longest unused going
/// first. An evaluation ends with the last of those who wait for it. Shared by all requests; a lock guards the tables, never the work.
/// </summary>
public sealed class EvaluatedViews(long maxBytes)
{
    /// <summary>What a kept view takes beside its rows.</summary>
    private const long EntryBytes = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<ViewKey, LinkedListNode<Kept>> _kept = [];
    private readonly LinkedList<Kept> _byUse = [];
    private readonly Dictionary<ViewKey, Running> _running = [];

    /// <summary>Bytes of memory that the kept views take.</summary>
    public long Bytes { get; private set; }

    /// <summary>The rows of a view, if they are at hand.</summary>
    public bool TryGet(in ViewKey key, out ViewRows rows)
    {
        lock (_lock)
        {
            if (!_kept.TryGetValue(key, out LinkedListNode<Kept>? node))
            {
                rows = default;
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            rows = node.Value.Rows;
            return true;
        }
    }

    /// <summary>The rows of a view; evaluated if they are not at hand, together with all others who ask for them.</summary>
    /// <param name="key">The view.</param>
    /// <param name="evaluate">Works the rows out, on a thread of the pool.</param>
    /// <param name="cancellationToken">Ends the waiting, and the evaluation with the last waiter.</param>
    public ValueTask<ViewRows> GetAsync(ViewKey key, Func<CancellationToken, Task<ViewRows>> evaluate, CancellationToken cancellationToken)
    {
        if (TryGet(key, out ViewRows rows))
        {
            return new(rows);
        }

        Running running;
        lock (_lock)
        {
            if (!_running.TryGetValue(key, out running!))
            {
                running = new();
                running.Task = Task.Run(() => RunAsync(key, running, evaluate), CancellationToken.None);
                _running.Add(key, running);
            }

            running.Waiters++;
        }

        return WaitAsync(key, running, cancellationToken);
    }

    private async ValueTask<ViewRows> WaitAsync(ViewKey key, Running running, CancellationToken cancellationToken)
    {
        try
        {
            return await running.Task!.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, running);
        }
    }

    private void Leave(ViewKey key, Running running)
    {
        bool isLast;
        lock (_lock)
        {
            isLast = --running.Waiters == 0;
            if (isLast && _running.GetValueOrDefault(key) == running)
            {
                _running.Remove(key); // Who asks from now on starts anew.
            }
        }

        if (isLast)
        {
            running.End.Cancel();
        }
    }

    private async Task<ViewRows> RunAsync(ViewKey key, Running running, Func<CancellationToken, Task<ViewRows>> evaluate)
    {
        try
        {
            ViewRows rows = await evaluate(running.End.Token);
            Keep(key, rows);
            return rows;
        }
        finally
        {
            lock (_lock)
            {
                if (_running.GetValueOrDefault(key) == running)
                {
                    _running.Remove(key);
                }
            }
        }
    }

    private void Keep(ViewKey key, ViewRows rows)
    {
        Kept kept = new(key, rows, rows.MemoryBytes + EntryBytes);
        lock (_lock)
        {
            if (_kept.TryGetValue(key, out LinkedListNode<Kept>? old))
            {
                Drop(old);
            }

            _kept.Add(key, _byUse.AddFirst(kept));
            Bytes += kept.Bytes;
            while (Bytes > maxBytes && _byUse.Count > 1)
            {
                Drop(_byUse.Last!);
            }
        }
    }

    private void Drop(LinkedListNode<Kept> node)
    {
        _byUse.Remove(node);
        _kept.Remove(node.Value.Key);
        Bytes -= node.Value.Bytes;
    }

    private sealed record Kept(ViewKey Key, ViewRows Rows, long Bytes);

    private sealed class Running
    {
        public CancellationTokenSource End { get; } = new();

        public Task<ViewRows>? Task { get; set; }

        public int Waiters { get; set; }
    }
}
