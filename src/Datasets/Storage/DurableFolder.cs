namespace Microtome.Datasets.Storage;

/// <summary>
/// Folders of files that are there before their bytes are on the disk, so that nobody waits for it. A mark beside the files says that
/// they are; without it they are not believed once the machine was started anew.
/// </summary>
internal static class DurableFolder
{
    /// <summary>There once every byte has been brought to the disk.</summary>
    private const string Mark = ".durable";

    /// <summary>Whether the files hold what was written to them.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="boot"><see cref="Boot.Id"/> of when they were written.</param>
    public static bool IsWhole(string folder, string boot) => boot == Boot.Id || IsSettled(folder);

    /// <summary>Brings the files to the disk, unless they are there. May take as long as the disk does.</summary>
    /// <exception cref="IOException">The disk fails, or the folder is gone.</exception>
    public static void Settle(string folder)
    {
        if (IsSettled(folder))
        {
            return;
        }

        foreach (string path in Directory.EnumerateFiles(folder))
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.Flush(flushToDisk: true);
        }

        AtomicFile.Write(Path.Combine(folder, Mark), []);
    }

    /// <summary>The same for many; those that were removed meanwhile are passed over.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static void Settle(IEnumerable<string> folders)
    {
        foreach (string folder in folders)
        {
            try
            {
                Settle(folder);
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
            {
                // Removed meanwhile.
            }
        }
    }

    private static bool IsSettled(string folder) => File.Exists(Path.Combine(folder, Mark));
}
