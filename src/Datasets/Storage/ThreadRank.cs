using System.Runtime.InteropServices;

namespace Microtome.Datasets.Storage;

/// <summary>
/// How much a thread's work counts beside that of others where the processors are short, as nice values (setpriority(2)). Linux;
/// elsewhere all count alike.
/// </summary>
internal static partial class ThreadRank
{
    public const int Usual = 0;

    /// <summary>Work done ahead: not the lowest, since a reader may come to wait for the very thing.</summary>
    public const int Ahead = 10;

    /// <summary>Work in bulk: whoever wants a little passes it, and a thirtieth of a busy processor is still left to it.</summary>
    public const int Bulk = 15;

    private const int OfThread = 0;

    /// <summary>Puts the calling thread behind others, to its end.</summary>
    public static void Lower(int rank)
    {
        if (rank != Usual && OperatingSystem.IsLinux())
        {
            _ = SetPriority(OfThread, 0, rank);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int kind, int thread, int value);
}
