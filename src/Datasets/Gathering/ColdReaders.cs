using System.Buffers;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// The threads that wait for the disk, so that those which answer never do: a few, started when first needed, gone when idle.
/// All runs of a read are started before the first is waited for, which keeps the disk's queue full from one thread. Reads that an
/// answer waits for come before hints; too many waiting hints are forgotten. Safe for concurrent use.
/// </summary>
public sealed class ColdReaders
{
    private const int MaxThreads = 16;
    private const int MaxHints = 64;
    private const int ScratchBytes = 128 * 1024;
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(5);

    private readonly object _lock = new();
    private readonly Queue<Read> _reads = new();
    private readonly Queue<Read> _hints = new();
    private int _threads;
    private int _idle;
    private long _readBytes;
    private long _hintedBytes;

    /// <summary>The process has one disk queue to fill: one set of threads does it.</summary>
    public static ColdReaders Shared { get; } = new();

    /// <summary>Bytes that answers waited for, since the start.</summary>
    public long ReadBytes => Volatile.Read(ref _readBytes);

    /// <summary>Bytes that were asked for ahead, since the start.</summary>
    public long HintedBytes => Volatile.Read(ref _hintedBytes);

    /// <summary>Brings runs into memory; what cannot be brought is left for the reader to find. The array goes back to the pool. Whoever lent the runs is held until the task ends.</summary>
    internal Task BringAsync(FileRun[] runs, int count)
    {
        Read read = new(runs, count, new(TaskCreationOptions.RunContinuationsAsynchronously));
        Interlocked.Add(ref _readBytes, read.Bytes);
        Add(_reads, read);
        return read.Done!.Task;
    }

    /// <summary>Starts to bring runs into memory. The array goes back to the pool.</summary>
    internal void Hint(FileRun[] runs, int count)
    {
        Read hint = new(runs, count, null);
        if (_hints.Count >= MaxHints)
        {
            ArrayPool<FileRun>.Shared.Return(runs, clearArray: true);
            return;
        }

        Interlocked.Add(ref _hintedBytes, hint.Bytes);
        Add(_hints, hint);
    }

    private readonly record struct Read(FileRun[] Runs, int Count, TaskCompletionSource? Done)
    {
        public ReadOnlySpan<FileRun> Span => Runs.AsSpan(0, Count);

        public long Bytes
        {
            get
            {
                long bytes = 0;
                foreach (FileRun run in Span)
                {
                    bytes += run.Length;
                }

                return bytes;
            }
        }
    }

    private void Add(Queue<Read> queue, Read read)
    {
        bool needsThread;
        lock (_lock)
        {
            queue.Enqueue(read);
            needsThread = _idle < _reads.Count + _hints.Count && _threads < MaxThreads;
            _threads += needsThread ? 1 : 0;
            Monitor.Pulse(_lock);
        }

        if (needsThread)
        {
            new Thread(Run) { IsBackground = true, Name = "cold reads" }.Start();
        }
    }

    private void Run()
    {
        byte[] scratch = [];
        while (TryTake(out Read read))
        {
            try
            {
                Bring(read, ref scratch);
            }
            catch (Exception error) when (error is ObjectDisposedException or ArrayReadException)
            {
                // The file was closed or became shorter: whoever reads it finds out.
            }

            ArrayPool<FileRun>.Shared.Return(read.Runs, clearArray: true);
            read.Done?.SetResult();
        }
    }

    /// <summary>False where there was nothing to do for a while and the thread is to end.</summary>
    private bool TryTake(out Read read)
    {
        lock (_lock)
        {
            _idle++;
            bool isDue = false;
            while (!_reads.TryDequeue(out read) && !_hints.TryDequeue(out read))
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

    private static void Bring(Read read, ref byte[] scratch)
    {
        foreach (FileRun run in read.Span)
        {
            PageCache.Start(run.File, run.Offset, run.Length);
        }

        if (read.Done is null)
        {
            return;
        }

        foreach (FileRun run in read.Span)
        {
            if (run.Address != 0 && PageCache.Await(run.Address, run.Length))
            {
                continue;
            }

            // An older system, or no mapping: what has been read once is in memory.
            scratch = scratch.Length == 0 ? new byte[ScratchBytes] : scratch;
            for (long at = 0; at < run.Length; at += scratch.Length)
            {
                run.CopyTo(at, scratch.AsSpan(0, (int)Math.Min(scratch.Length, run.Length - at)));
            }
        }
    }
}
