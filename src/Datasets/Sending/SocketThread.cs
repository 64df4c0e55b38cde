namespace Microtome.Datasets.Sending;

/// <summary>
/// The threads that wait for all sockets together. What follows a wait can go on there, which spares a change of thread: a fifth to a
/// third of the processor's time for a single row, and all of its waiting where the pool is busy. Meanwhile the thread's other connections
/// wait, so only what takes some ten microseconds may stay.
/// </summary>
public static class SocketThread
{
    /// <summary>What the runtime calls these threads. By another name none is known, and all goes by way of the pool.</summary>
    private const string Name = ".NET Sockets";

    /// <summary>Read by the runtime when the first socket waits; documented with Kestrel's UnsafePreferInlineScheduling.</summary>
    private const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Whether the calling thread is one of them.</summary>
    public static bool IsCurrent => Thread.CurrentThread.Name == Name;

    /// <summary>
    /// Lets what follows a wait for a socket go on where it ends, from now on and in all of the process: to be called before the
    /// first socket waits, and only where all who wait for one leave in time. Does nothing where an answer cannot send by itself
    /// (<see cref="SocketWriter.IsSupported"/>), or where the environment has decided.
    /// </summary>
    public static void GoOnThere()
    {
        if (SocketWriter.IsSupported && Environment.GetEnvironmentVariable(Switch) is null)
        {
            Environment.SetEnvironmentVariable(Switch, "1");
        }
    }
}
