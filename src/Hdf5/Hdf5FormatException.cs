namespace Microtome.Hdf5;

/// <summary>A file does not hold what its structures promise, or cannot be read. The message names no path.</summary>
public class Hdf5FormatException : IOException
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

/// <summary>Nothing is wrong with what the file holds, but one value of it takes more memory than is spent on one.</summary>
public sealed class Hdf5LimitException(string message) : Hdf5FormatException(message);
