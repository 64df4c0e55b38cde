using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microtome.Datasets.Storage;

/// <summary>
/// A read-only shared mapping of a whole file. Managed code never dereferences it: a page beyond the end of a file that shrank
/// kills the process (SIGBUS), while a system call given the same address fails with EFAULT. Linux only; elsewhere, and where
/// the address space has no room, there is none and everything reads by descriptor.
/// </summary>
public sealed partial class Mapping : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int ProtectionRead = 1;
    private const int MapShared = 1;

    private readonly long _length;

    private Mapping(nint address, long length)
        : base(ownsHandle: true)
    {
        SetHandle(address);
        _length = length;
    }

    public static Mapping? TryCreate(SafeFileHandle file, long length)
    {
        if (!OperatingSystem.IsLinux() || length == 0 || nint.Size < sizeof(long))
        {
            return null;
        }

        nint address = Map(0, (nuint)length, ProtectionRead, MapShared, file, 0);
        return address == -1 ? null : new(address, length);
    }

    protected override bool ReleaseHandle() => Unmap(handle, (nuint)_length) == 0;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
