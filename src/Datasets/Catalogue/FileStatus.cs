using System.Runtime.InteropServices;

namespace Microtome.Datasets.Catalogue;

/// <summary>What a path names. <c>Other</c> is a pipe, a socket or a device: opening one may wait for ever.</summary>
internal enum EntryKind
{
    File,
    Folder,
    Link,
    Other,
}

/// <summary>
/// What the system says of a path, without opening it. Two equal statuses of a path are the same content as far as can be told:
/// a file renamed over another has its own <c>Identity</c> (inode and device; elsewhere than on Linux the time of birth) even where
/// size and time agree. It tells changes apart on one machine and is no part of a version.
/// </summary>
internal readonly partial record struct FileStatus(EntryKind Kind, long Length, DateTime Modified, (ulong Inode, ulong Device) Identity)
{
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const uint BasicStats = 0x7ff;
    private const long MaxSeconds = 253_402_300_799;
    private const int TypeMask = 0xF000;
    private const int TypeFolder = 0x4000;
    private const int TypeFile = 0x8000;
    private const int TypeLink = 0xA000;

    /// <summary>Asks about the path itself: a link is a link. Null where there is nothing, or the folder may not be searched.</summary>
    public static FileStatus? Of(string path) => OperatingSystem.IsLinux() ? Ask(path) : AskPortably(path);

    /// <summary>Whether the file was written less than <paramref name="span"/> ago; times ahead of the clock by less count, too.</summary>
    public bool IsYounger(TimeSpan span, DateTime now) => (now - Modified).Duration() < span;

    private static FileStatus? Ask(string path)
    {
        if (StatX(CurrentFolder, path, DoNotFollow, BasicStats, out StatXBuffer status) != 0)
        {
            return null;
        }

        EntryKind kind = (status.Mode & TypeMask) switch
        {
            TypeFile => EntryKind.File,
            TypeFolder => EntryKind.Folder,
            TypeLink => EntryKind.Link,
            _ => EntryKind.Other,
        };

        // Some file systems take any number for a time; .NET's end with the year 9999.
        long seconds = Math.Clamp(status.ModifiedSeconds, 0, MaxSeconds);
        DateTime modified = DateTime.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (status.ModifiedNanoseconds / TimeSpan.NanosecondsPerTick));
        return new(kind, (long)status.Length, modified, (status.Inode, ((ulong)status.DeviceMajor << 32) | status.DeviceMinor));
    }

    private static FileStatus? AskPortably(string path)
    {
        FileInfo info = new(path);
        if ((int)info.Attributes == -1)
        {
            return null;
        }

        EntryKind kind = info.LinkTarget is not null ? EntryKind.Link
            : info.Attributes.HasFlag(FileAttributes.Directory) ? EntryKind.Folder
            : info.Attributes.HasFlag(FileAttributes.Device) ? EntryKind.Other
            : EntryKind.File;
        return new(kind, kind == EntryKind.File ? info.Length : 0, info.LastWriteTimeUtc, ((ulong)info.CreationTimeUtc.Ticks, 0));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, out StatXBuffer status);

    /// <summary>Linux's <c>struct statx</c> (statx(2)), the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatXBuffer
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Length;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
