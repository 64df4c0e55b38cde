namespace Microtome.Hdf5;

/// <summary>A file does not hold what its structures promise, or cannot be read. The message names no path.</summary>
public sealed class Hdf5FormatException : IOException
{
    public Hdf5FormatException(string message)
        : base(message)
    {
    }

    public Hdf5FormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
