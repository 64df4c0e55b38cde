namespace Microtome.Datasets.Storage;

/// <summary>
/// A few threads for work that waits or computes for long, away from the pool that answers requests: started when first needed,
/// gone when idle. Urgent work comes before work done ahead, of which too much is refused. Safe for concurrent use.
/// </summary>
/// <param name="name">What the threads are called.</param>
/// <param name="most">Threads at most.</param>
/// <param name="mostAhead">Work done ahead that may wait.</param>
/// <param name="work">Does one item; lets no exception out.</param>
/// <param name="rank">Their place where the processors are short, see <see cref="ThreadRank"/>.</param>
public sealed class WorkThreads<T>(string name, int most, int mostAhead, Action<T> work, int rank = ThreadRank.Usual)
{
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(5);

    private readonly object _lock = new();
    private readonly Queue<T> _urgent = new();
    private readonly Queue<T> _ahead = new();
    private int _threads;
    private int _idle;

    /// <summary>Whether nothing waits and nothing is being done.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _urgent.Count + _ahead.Count == 0 && _idle == _threads;
            }
        }
    }

    public void Add(T item)
    {
        lock (_lock)
        {
            _urgent.Enqueue(item);
            Wake();
        }
    }

    /// <summary>False where too much is waiting already.</summary>
    public bool TryAddAhead(T item)
    {
        lock (_lock)
        {
            if (_ahead.Count >= mostAhead)
            {
                return false;
            }

            _ahead.Enqueue(item);
            Wake();
            return true;
        }
    }

    private void Wake()
    {
        if (_idle < _urgent.Count + _ahead.Count && _threads < most)
        {
            _threads++;
            new Thread(Run) { IsBackground = true, Name = name }.Start();
        }

        Monitor.Pulse(_lock);
    }

    private void Run()
    {
        ThreadRank.Lower(rank);
        while (TryTake(out T item))
        {
            work(item);
        }
    }

    /// <summary>False where there was nothing to do for a while and the thread is to end.</summary>
    private bool TryTake(out T item)
    {
        lock (_lock)
        {
            _idle++;
            bool isDue = false;
            while (!_urgent.TryDequeue(out item!) && !_ahead.TryDequeue(out item!))
            {
                if (isDue)
                {
                    _idle--;
                    _threads--;
                    return false;
                }

                isDue = !Monitor.Wait(_lock, MaxIdle);
            }

            _idle--;
            return true;
        }
    }
}
