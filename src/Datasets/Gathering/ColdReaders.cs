using System.Buffers;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// The threads that wait for the disk, so that those which answer never do. All runs of a read are started before the first is
/// waited for, which keeps the disk's queue full from one thread. Reads that an answer waits for come before hints; too many
/// waiting hints are forgotten. An answer goes on where it waited, on one of these threads, for a turn: they stand behind the
/// pool's, so that its megabytes do not hold up rows that are in memory. Safe for concurrent use.
/// </summary>
public sealed class ColdReaders
{
    private const int MaxThreads = 16;
    private const int MaxHints = 64;
    private const int ScratchBytes = 128 * 1024;

    private readonly WorkThreads<Read> _threads = new("cold reads", MaxThreads, MaxHints, Bring, ThreadRank.Bulk);
    private long _readBytes;
    private long _hintedBytes;

    [ThreadStatic]
    private static byte[]? _scratch;

    /// <summary>The process has one disk queue to fill: one set of threads does it.</summary>
    public static ColdReaders Shared { get; } = new();

    /// <summary>Bytes that answers waited for, since the start.</summary>
    public long ReadBytes => Volatile.Read(ref _readBytes);

    /// <summary>Bytes that were asked for ahead, since the start.</summary>
    public long HintedBytes => Volatile.Read(ref _hintedBytes);

    /// <summary>Brings runs into memory; what cannot be brought is left for the reader to find. The array goes back to the pool. Whoever lent the runs is held until the task ends.</summary>
    internal Task BringAsync(FileRun[] runs, int count)
    {
        Read read = new(runs, count, new());
        Interlocked.Add(ref _readBytes, read.Bytes);
        _threads.Add(read);
        return read.Done!.Task;
    }

    /// <summary>Starts to bring runs into memory. The array goes back to the pool.</summary>
    internal void Hint(FileRun[] runs, int count)
    {
        Read hint = new(runs, count, null);
        long bytes = hint.Bytes;
        if (_threads.TryAddAhead(hint))
        {
            Interlocked.Add(ref _hintedBytes, bytes);
        }
        else
        {
            hint.Return();
        }
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

        public void Return() => ArrayPool<FileRun>.Shared.Return(Runs, clearArray: true);
    }

    private static void Bring(Read read)
    {
        try
        {
            foreach (FileRun run in read.Span)
            {
                PageCache.Start(run.File, run.Offset, run.Length);
            }

            if (read.Done is not null)
            {
                Await(read.Span);
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or ArrayReadException)
        {
            // The file was closed or became shorter: whoever reads it finds out.
        }
        finally
        {
            read.Return();
            read.Done?.SetResult();
        }
    }

    private static void Await(ReadOnlySpan<FileRun> runs)
    {
        foreach (FileRun run in runs)
        {
            if (run.Address != 0 && PageCache.Await(run.Address, run.Length))
            {
                continue;
            }

            // An older system, or no mapping: what has been read once is in memory.
            byte[] scratch = _scratch ??= new byte[ScratchBytes];
            for (long at = 0; at < run.Length; at += scratch.Length)
            {
                run.CopyTo(at, scratch.AsSpan(0, (int)Math.Min(scratch.Length, run.Length - at)));
            }
        }
    }
}
