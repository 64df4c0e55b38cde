using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microtome.Datasets.Storage;

/// <summary>
/// What the system holds of files in memory, asked and steered by system calls alone. Linux; elsewhere everything counts as held
/// and nothing is done. Stateless.
/// </summary>
public static partial class PageCache
{
    private const int WillNeed = 3;
    private const int PopulateRead = 22;
    private const int NoWait = 8;
    private const int TryAgain = 11;

    /// <summary>One call of the system starts reading no more than the disk takes at once; in pieces nothing is left out.</summary>
    private const int PieceBytes = 128 * 1024;

    private const int PagesAtOnce = 64;

    /// <summary>Whether mapped bytes are all in memory. True where that cannot be told: the system says so, too, of files that the server may not write.</summary>
    public static unsafe bool Holds(nint address, long length)
    {
        if (!OperatingSystem.IsLinux() || address == 0)
        {
            return true;
        }

        long page = Environment.SystemPageSize;
        nint at = address - (nint)(address % page);
        long left = (address - at + length + page - 1) / page;
        byte* pages = stackalloc byte[PagesAtOnce];
        for (; left > 0; left -= PagesAtOnce, at += (nint)(PagesAtOnce * page))
        {
            int count = (int)Math.Min(left, PagesAtOnce);
            if (InCore(at, (nuint)(count * page), pages) != 0)
            {
                return true;
            }

            for (int i = 0; i < count; i++)
            {
                if ((pages[i] & 1) == 0)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Whether one byte of a file can be had without waiting. Where it cannot, the system starts to read its page. True of a closed file: its reader finds out.</summary>
    public static bool HoldsByte(SafeFileHandle file, long offset)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        try
        {
            return CanRead(file, offset);
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Starts reading these bytes into memory; returns before they are there.</summary>
    public static void Start(SafeFileHandle file, long offset, long length)
    {
        for (long at = offset; OperatingSystem.IsLinux() && at < offset + length; at += PieceBytes)
        {
            _ = Advise(file, at, Math.Min(PieceBytes, offset + length - at), WillNeed);
        }
    }

    /// <summary>Waits until mapped bytes are in memory. False where the system cannot, or the file has become shorter.</summary>
    public static bool Await(nint address, long length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        nint offset = (nint)(address % Environment.SystemPageSize);
        return AdviseMapped(address - offset, (nuint)(offset + length), PopulateRead) == 0;
    }

    private static unsafe bool CanRead(SafeFileHandle file, long offset)
    {
        byte value;
        Vector vector = new(&value, 1);
        return ReadVector(file, &vector, 1, offset, NoWait) >= 0 || Marshal.GetLastPInvokeError() != TryAgain;
    }

    private readonly unsafe struct Vector(byte* start, nuint length)
    {
        public readonly byte* Start = start;
        public readonly nuint Length = length;
    }

    [LibraryImport("libc", EntryPoint = "mincore")]
    private static unsafe partial int InCore(nint address, nuint length, byte* pages);

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    private static unsafe partial nint ReadVector(SafeFileHandle file, Vector* vectors, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int AdviseMapped(nint address, nuint length, int advice);
}
