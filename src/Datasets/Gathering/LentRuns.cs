using System.IO.Pipelines;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sending;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// The runs of mapped files that an answer lends to its connection, to be sent from where they lie. The last one that was written
/// is not passed on before the next, since it may be the one whose end stays back. Lies within its answer,
/// so as to allocate nothing; not for concurrent use.
/// </summary>
internal struct LentRuns
{
    /// <summary>Runs that are sent from where they lie cost no memory while they wait: one system call takes many.</summary>
    public const int MostBytes = 2 << 20;

    private const int MostPieces = 1024;

    /// <summary>Of the last run, what is copied before the files are checked and sent after it.</summary>
    private const int TailBytes = 4096;

    private FileRun _last;

    /// <summary>Whether a run is written and not yet passed on.</summary>
    public readonly bool IsWaiting => _last.File is not null;

    /// <summary>Whether runs were passed on since the last flush.</summary>
    public bool HasPassed { get; private set; }

    /// <summary>Bytes passed on so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether as much waits on the connection as one flush should take.</summary>
    public static bool IsFull(SocketWriter connection) => connection.UnflushedBytes >= MostBytes || connection.UnflushedPieces >= MostPieces;

    /// <summary>Passes on the run before, and keeps this one back.</summary>
    public void Add(FileRun run, PipeWriter writer, SocketWriter connection)
    {
        if (IsWaiting)
        {
            PassOn(writer, connection);
        }

        _last = run;
    }

    /// <summary>Passes the run that waits on to the connection, by way of the web server, which counts its bytes.</summary>
    /// <exception cref="OperationCanceledException">The connection is closed.</exception>
    public void PassOn(PipeWriter writer, SocketWriter connection)
    {
        FileRun run = _last;
        _last = default;
        connection.Lend(run);
        try
        {
            _ = writer.GetMemory((int)run.Length);
            if (!connection.IsLending)
            {
                throw new OperationCanceledException("The connection is closed: what is written leads nowhere.");
            }

            writer.Advance((int)run.Length);
            HasPassed = true;
            Bytes += run.Length;
        }
        finally
        {
            connection.Withdraw();
        }
    }

    /// <summary>
    /// Takes out the end of the run that waits, to be copied; what lies before it is then to be flushed. Where nothing does, and
    /// the run is short, that is all of it.
    /// </summary>
    /// <param name="mostWhole">Bytes of a run that is short.</param>
    public FileRun TakeTail(int mostWhole)
    {
        FileRun run = _last;
        bool isWhole = !HasPassed && run.Length <= mostWhole;
        long head = isWhole ? 0 : run.Length - Math.Min(run.Length, TailBytes);
        _last = head > 0 ? run.Slice(0, head) : default;
        return run.Slice(head, run.Length - head);
    }

    /// <summary>What was passed on is sent.</summary>
    public void EndFlush() => HasPassed = false;
}
