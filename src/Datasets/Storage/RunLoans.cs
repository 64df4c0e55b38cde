namespace Microtome.Datasets.Storage;

/// <summary>
/// Answers on their way that may have been lent places in a file: what is retired meanwhile is closed when every answer that began
/// before has ended. Safe for concurrent use.
/// </summary>
public sealed class RunLoans
{
    private readonly Lock _lock = new();
    private readonly Queue<Generation> _older = new();
    private Generation _current = new();

    /// <summary>An answer begins; dispose what comes back, once, when nothing of it is on its way any more.</summary>
    public Loan Begin()
    {
        lock (_lock)
        {
            _current.Answers++;
            return new(this, _current);
        }
    }

    /// <summary>Nobody will be lent this any more: it is disposed once nobody can still have it.</summary>
    public void Retire(IDisposable lent)
    {
        lock (_lock)
        {
            _current.Retired.Add(lent);
            _older.Enqueue(_current);
            _current = new();
        }

        Sweep();
    }

    private void End(Generation generation)
    {
        bool mayBeLast;
        lock (_lock)
        {
            mayBeLast = --generation.Answers == 0 && _older.Count > 0;
        }

        if (mayBeLast)
        {
            Sweep();
        }
    }

    private void Sweep()
    {
        while (true)
        {
            Generation ended;
            lock (_lock)
            {
                if (!_older.TryPeek(out ended!) || ended.Answers > 0)
                {
                    return;
                }

                _older.Dequeue();
            }

            ended.Retired.ForEach(lent => lent.Dispose());
        }
    }

    /// <summary>One answer on its way.</summary>
    public readonly struct Loan : IDisposable
    {
        private readonly RunLoans _owner;
        private readonly Generation _generation;

        internal Loan(RunLoans owner, Generation generation)
        {
            _owner = owner;
            _generation = generation;
        }

        public void Dispose() => _owner.End(_generation);
    }

    internal sealed class Generation
    {
        public int Answers { get; set; }

        public List<IDisposable> Retired { get; } = [];
    }
}
