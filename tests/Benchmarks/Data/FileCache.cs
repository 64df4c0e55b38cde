using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microtome.Benchmarks.Data;

/// <summary>Drops a file from the system's page cache, as long as nobody has its pages mapped.</summary>
internal static partial class FileCache
{
    private const int DontNeed = 4;

    public static void Evict(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
        _ = Advise(file.SafeFileHandle, 0, 0, DontNeed);
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
