namespace Microtome.Datasets.Storage;

/// <summary>The state directory cannot be had: another server owns it, or it may not be written. Only what needs it is refused; the message names no path.</summary>
public sealed class StateUnavailableException : IOException
{
    public StateUnavailableException(string message)
        : base(message)
    {
    }

    public StateUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
