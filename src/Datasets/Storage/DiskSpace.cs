namespace Microtome.Datasets.Storage;

/// <summary>A disk's room: bytes that this user may still write, and bytes in all.</summary>
public readonly record struct DiskSpace(long Free, long Total)
{
    /// <summary>The disk that holds a folder, or the nearest of its parents that exists; no room where there is no folder.</summary>
    public static DiskSpace Of(string? folder)
    {
        if (folder is null)
        {
            return default;
        }

        string existing = folder;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { Length: > 0 } parent)
        {
            existing = parent;
        }

        DriveInfo disk = new(existing);
        return new(disk.AvailableFreeSpace, disk.TotalSize);
    }
}
