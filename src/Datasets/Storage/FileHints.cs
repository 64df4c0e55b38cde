using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microtome.Datasets.Storage;

/// <summary>What the system is told about a file that is read or written from one end to the other. Advice only: nothing depends on it. Linux only; elsewhere it is not given.</summary>
public static partial class FileHints
{
    private const int AdviceWillNeed = 3;
    private const uint WaitBefore = 1;
    private const uint StartWriting = 2;
    private const uint WaitAfter = 4;

    /// <summary>Starts reading these bytes into the page cache.</summary>
    public static void WillNeed(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux() && length > 0)
        {
            _ = Advise(file, offset, length, AdviceWillNeed);
        }
    }

    /// <summary>Waits until these written bytes have left for the disk, so that no more of them wait in memory than the writer lets.</summary>
    public static void WaitForWriteBack(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux() && length > 0)
        {
            _ = Synchronize(file, offset, length, WaitBefore | StartWriting | WaitAfter);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int Synchronize(SafeFileHandle file, long offset, long length, uint flags);
}
