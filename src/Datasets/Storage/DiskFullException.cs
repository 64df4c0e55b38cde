namespace Microtome.Datasets.Storage;

/// <summary>The state directory may not grow: its own limit is reached, or the disk has to keep what is left. The message names no path.</summary>
public sealed class DiskFullException : IOException
{
    private const int LinuxNoSpace = 28;
    private const int LinuxQuota = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public DiskFullException(string message)
        : base(message)
    {
    }

    public DiskFullException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Whether the system says with this error that the disk, or the user's share of it, is full.</summary>
    public static bool IsMeantBy(IOException error) =>
        error is DiskFullException || error.HResult is LinuxNoSpace or LinuxQuota or WindowsDiskFull;
}
