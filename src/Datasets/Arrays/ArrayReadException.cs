namespace Microtome.Datasets.Arrays;

/// <summary>An array's bytes cannot be had: its file changed, shrank, is corrupt or failed to read. The message names no path.</summary>
public sealed class ArrayReadException : IOException
{
    public ArrayReadException(string message)
        : base(message)
    {
    }

    public ArrayReadException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
