using Microsoft.Win32.SafeHandles;

namespace Microtome.Datasets.Storage;

/// <summary>Files whose room is taken before the first byte is written: the disk is full at once or not at all.</summary>
internal static class NewFile
{
    /// <summary>What .NET says where the room cannot be had: no error of the system's, unlike wherever else it cannot open a file.</summary>
    private const int PlainIOError = unchecked((int)0x80131620);

    /// <summary>Creates a file to write, of <paramref name="bytes"/>.</summary>
    /// <exception cref="DiskFullException">The disk has no room for it; there is no file.</exception>
    /// <exception cref="IOException">It is there already, or cannot be written.</exception>
    public static SafeFileHandle Create(string path, long bytes)
    {
        try
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, preallocationSize: bytes);
        }
        catch (IOException error) when (error.HResult == PlainIOError || DiskFullException.IsMeantBy(error))
        {
            throw new DiskFullException("The disk is full.", error);
        }
    }
}
