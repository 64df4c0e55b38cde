namespace Microtome.Datasets.Sending;

/// <summary>
/// Answers take turns. They run on the thread that read their request, which is fast; where others wait for a thread, whoever has
/// had his turn (a request, or some megabytes of a long answer) queues up behind them with <see cref="Task.Yield"/>. So does who
/// goes on upon a thread that is not the pool's: those are few, and others wait there for the disk. On the threads that wait for
/// sockets turns are counted where requests are read.
/// </summary>
public static class Turn
{
    /// <summary>Bytes of a long answer that are sent in one turn: about a millisecond's work.</summary>
    public const long Bytes = 2 << 20;

    /// <summary>Whether others wait for the calling thread, or may.</summary>
    public static bool IsWanted => Thread.CurrentThread.IsThreadPoolThread ? ThreadPool.PendingWorkItemCount > 0 : !SocketThread.IsCurrent;
}
