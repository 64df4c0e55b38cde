namespace Microtome.Datasets.Storage;

/// <summary>Files that are there whole or not at all, whenever the process or the machine stops.</summary>
public static class AtomicFile
{
    /// <summary>What a file is called until it is whole; a room drops such files when it opens.</summary>
    public const string UnfinishedSuffix = ".unfinished";

    /// <summary>Writes a neighbour, brings it to the disk, and renames it over <paramref name="path"/>. One writer a path at a time.</summary>
    /// <exception cref="DiskFullException">The disk is full; nothing is left behind.</exception>
    /// <exception cref="IOException">The disk fails; nothing is left behind.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string unfinished = path + UnfinishedSuffix;
        try
        {
            using (FileStream stream = new(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (IOException error)
        {
            File.Delete(unfinished);
            throw DiskFullException.IsMeantBy(error) ? new DiskFullException("The disk is full.", error) : error;
        }
    }
}
