using System.Runtime.InteropServices;

namespace Microtome.Datasets.Storage;

/// <summary>How much a thread's work counts beside that of others where the processors are short. Linux; elsewhere all count alike.</summary>
internal static partial class ThreadRank
{
    /// <summary>Work in bulk as nice (see setpriority(2)) as this is passed by whoever wants a little, and still goes on: one thirtieth of a busy processor is left to it.</summary>
    private const int Bulk = 15;

    private const int OfThread = 0;

    /// <summary>Puts the calling thread behind others, to its end.</summary>
    public static void Lower()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(OfThread, 0, Bulk);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int kind, int thread, int value);
}
