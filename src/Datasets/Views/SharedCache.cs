using System.Diagnostics.CodeAnalysis;

namespace Microtome.Datasets.Views;

/// <summary>
/// Results that take work: each is worked out once for all who ask at the same time, and kept while there is room, the longest
/// unused going first. The work ends with the last of those who wait for it; what fails is not kept. Shared by all requests; a lock
/// guards the tables, never the work.
/// </summary>
/// <param name="maxBytes">Memory that all kept results together may take; the one used last stays whatever its size.</param>
/// <param name="bytesOf">Memory that one takes.</param>
internal sealed class SharedCache<TKey, TValue>(long maxBytes, Func<TValue, long> bytesOf)
    where TKey : notnull
{
    /// <summary>What a kept result takes beside itself.</summary>
    private const long EntryBytes = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<Kept>> _kept = [];
    private readonly LinkedList<Kept> _byUse = [];
    private readonly Dictionary<TKey, Running> _running = [];

    /// <summary>Bytes of memory that the kept results take.</summary>
    public long Bytes { get; private set; }

    /// <summary>The result, if it is at hand.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (!_kept.TryGetValue(key, out LinkedListNode<Kept>? node))
            {
                value = default;
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    /// <summary>The result; worked out if it is not at hand, together with all others who ask for it.</summary>
    /// <param name="key">What it depends on.</param>
    /// <param name="work">Works it out, on a thread of the pool.</param>
    /// <param name="cancellationToken">Ends the waiting, and the work with the last waiter.</param>
    public ValueTask<TValue> GetAsync(TKey key, Func<CancellationToken, Task<TValue>> work, CancellationToken cancellationToken)
    {
        if (TryGet(key, out TValue? value))
        {
            return new(value);
        }

        Running running;
        lock (_lock)
        {
            if (!_running.TryGetValue(key, out running!))
            {
                running = new();
                running.Task = Task.Run(() => RunAsync(key, running, work), CancellationToken.None);
                _running.Add(key, running);
            }

            running.Waiters++;
        }

        return WaitAsync(key, running, cancellationToken);
    }

    private async ValueTask<TValue> WaitAsync(TKey key, Running running, CancellationToken cancellationToken)
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

    private void Leave(TKey key, Running running)
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

    private async Task<TValue> RunAsync(TKey key, Running running, Func<CancellationToken, Task<TValue>> work)
    {
        try
        {
            TValue value = await work(running.End.Token);
            Keep(key, value);
            return value;
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

    private void Keep(TKey key, TValue value)
    {
        Kept kept = new(key, value, bytesOf(value) + EntryBytes);
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

    private sealed record Kept(TKey Key, TValue Value, long Bytes);

    private sealed class Running
    {
        public CancellationTokenSource End { get; } = new();

        public Task<TValue>? Task { get; set; }

        public int Waiters { get; set; }
    }
}
