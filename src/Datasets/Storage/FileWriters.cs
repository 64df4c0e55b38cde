using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microtome.Datasets.Storage;

/// <summary>Whether anybody has a file open for writing.</summary>
internal enum Writers
{
    None,
    Some,

    /// <summary>The system does not say: it is not Linux, the file is another user's, or its file system keeps no leases.</summary>
    Unknown,
}

/// <summary>
/// Finds out whether a file may be being written. Its times do not tell: the system notes them where a write begins, and one
/// <c>write(2)</c> may go on for seconds after that.
/// </summary>
internal static partial class FileWriters
{
    private const int SetSignal = 10;
    private const int SetLease = 1024;
    private const nint ReadLease = 0;
    private const nint NoLease = 2;
    private const nint UrgentSignal = 23;
    private const int TryAgain = 11;

    /// <summary>
    /// Asks for a read lease (fcntl(2), F_SETLEASE), which is granted only while nobody has the file open for writing, and gives
    /// it back at once. Whoever opens it for writing in between waits for that.
    /// </summary>
    /// <param name="file">Open for reading only.</param>
    public static Writers Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Writers.Unknown;
        }

        // A lease that is asked back is told by SIGIO, which would end the process; by SIGURG, which nobody need handle.
        if (Control(file, SetSignal, UrgentSignal) != 0)
        {
            return Writers.Unknown;
        }

        if (Control(file, SetLease, ReadLease) != 0)
        {
            return Marshal.GetLastPInvokeError() == TryAgain ? Writers.Some : Writers.Unknown;
        }

        _ = Control(file, SetLease, NoLease);
        return Writers.None;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, nint argument);
}
