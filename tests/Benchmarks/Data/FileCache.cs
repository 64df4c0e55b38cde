using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microtome.Benchmarks.Data;

/// <summary>What the system's page cache holds of a file.</summary>
internal static partial class FileCache
{
    private const int DontNeed = 4;

    /// <summary>
    /// Drops a file and reads it again from its start to its end: what a program wrote lies in memory in pieces of the size of its
    /// writes, and is sent at another speed than the same bytes written by another.
    /// </summary>
    public static void Reload(string path)
    {
        Evict(path);
        byte[] buffer = new byte[1 << 20];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        while (file.Read(buffer) > 0)
        {
        }
    }

    /// <summary>Drops a file from the page cache, as long as nobody has its pages mapped.</summary>
    public static void Evict(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
        _ = Advise(file.SafeFileHandle, 0, 0, DontNeed);
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
