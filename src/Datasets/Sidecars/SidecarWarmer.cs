using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// Decodes what nobody has asked for yet, of the arrays that somebody reads, while the machine has nothing better to do: one thread
/// of low rank, which stands back for as long as readers wait for bands. It also seals what is new, so that the next run
/// can trust it.
/// </summary>
internal sealed class SidecarWarmer(BandThreads bands) : IDisposable
{
    /// <summary>Looks at an array's end for bands that others are making, before it is given up.</summary>
    private const int MaxLooks = 100;

    /// <summary>New bytes after which a sidecar is brought to the disk.</summary>
    private const long SealBytes = 128L << 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FullPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(2);

    private readonly object _lock = new();
    private readonly Queue<Work> _waiting = new();
    private bool _isRunning;
    private bool _isDisposed;

    public void Add(SidecarSource source, Sidecar sidecar)
    {
        lock (_lock)
        {
            if (_isDisposed || sidecar.IsComplete)
            {
                return;
            }

            _waiting.Enqueue(new(source, sidecar, 0));
            if (!_isRunning)
            {
                _isRunning = true;
                new Thread(Run) { IsBackground = true, Name = "sidecar warmer" }.Start();
            }

            Monitor.Pulse(_lock);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            Monitor.PulseAll(_lock);
        }
    }

    private readonly record struct Work(SidecarSource Source, Sidecar Sidecar, long Band, int Looks = 0);

    private void Run()
    {
        ThreadRank.Lower(ThreadRank.Ahead);
        while (TryTake(out Work work))
        {
            if (work.Sidecar.IsRetired || work.Source.Sidecar != work.Sidecar)
            {
                continue;
            }

            Work next = Go(work);
            if (work.Sidecar.UnsealedBytes >= SealBytes || work.Sidecar.IsComplete || next.Looks > MaxLooks)
            {
                work.Sidecar.Seal();
            }

            if (!work.Sidecar.IsComplete && next.Looks <= MaxLooks)
            {
                Put(next);
            }
        }
    }

    /// <summary>One step: a band, or a pause.</summary>
    private Work Go(Work work)
    {
        if (work.Sidecar.IsFull)
        {
            Thread.Sleep(FullPause);
            return work;
        }

        long band = work.Band;
        while (band < work.Sidecar.Layout.Bands && work.Sidecar.IsReady(band))
        {
            band++;
        }

        bool isAtEnd = band == work.Sidecar.Layout.Bands;
        if (isAtEnd || !bands.IsIdle)
        {
            Thread.Sleep(Pause);
            return work with { Band = band, Looks = isAtEnd ? work.Looks + 1 : 0 };
        }

        bands.Run(work.Sidecar.TaskOf(band, work.Source));
        return work with { Band = band + 1 }; // What cannot be decoded is left to who asks for it.
    }

    private void Put(Work work)
    {
        lock (_lock)
        {
            _waiting.Enqueue(work);
        }
    }

    private bool TryTake(out Work work)
    {
        lock (_lock)
        {
            bool isDue = false;
            while (!_waiting.TryDequeue(out work) || _isDisposed)
            {
                if (isDue || _isDisposed)
                {
                    _isRunning = false;
                    return false;
                }

                isDue = !Monitor.Wait(_lock, MaxIdle);
            }

            return true;
        }
    }
}
