using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// The threads that make bands: first those that a reader waits for, then those that one will ask for. Safe for concurrent use.
/// </summary>
internal sealed class BandThreads
{
    private const int MostAhead = 1 << 14;

    private readonly WorkThreads<BandTask> _threads;
    private long _decodedBytes;

    [ThreadStatic]
    private static byte[]? _buffer;

    [ThreadStatic]
    private static bool _isMaking;

    public BandThreads() => _threads = new("sidecars", Environment.ProcessorCount, MostAhead, Run);

    /// <summary>Whether the calling thread makes a band, and so may be asking the budget for room for it.</summary>
    public static bool IsMaking => _isMaking;

    /// <summary>Bytes decoded since the start.</summary>
    public long DecodedBytes => Volatile.Read(ref _decodedBytes);

    /// <summary>Nobody waits for a band.</summary>
    public bool IsIdle => _threads.IsIdle;

    /// <summary>A band that a reader waits for; false where it could not be made.</summary>
    public Task<bool> MakeAsync(Sidecar sidecar, SidecarSource source, long band)
    {
        BandTask task = sidecar.TaskOf(band, source);
        if (!task.HasBegun)
        {
            _threads.Add(task);
        }

        return task.Made;
    }

    /// <summary>Bands that a reader will ask for.</summary>
    public void Ahead(Sidecar sidecar, SidecarSource source, ReadOnlySpan<long> rows)
    {
        long last = -1;
        foreach (long row in rows)
        {
            long band = sidecar.Layout.BandOf(row);
            if (band == last || sidecar.IsReady(band))
            {
                continue;
            }

            last = band;
            BandTask task = sidecar.TaskOf(band, source);
            if (task.TryQueue() && !_threads.TryAddAhead(task))
            {
                if (task.TryBegin())
                {
                    task.End(isMade: false);
                }

                return;
            }
        }
    }

    /// <summary>Makes one band on the calling thread, unless another has begun it.</summary>
    public void Run(BandTask task)
    {
        if (!task.TryBegin())
        {
            return;
        }

        bool isMade = false;
        try
        {
            if (task.Sidecar.IsReady(task.Band))
            {
                isMade = true;
                return;
            }

            _isMaking = true;
            _buffer ??= [];
            long decoded = task.Sidecar.Make(task.Band, task.Source, () => task.Source.IsUnchanged, ref _buffer);
            Interlocked.Add(ref _decodedBytes, Math.Max(0, decoded));
            isMade = decoded >= 0;
        }
        finally
        {
            _isMaking = false;
            task.End(isMade);
        }
    }
}
