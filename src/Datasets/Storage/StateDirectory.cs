using System.Diagnostics.CodeAnalysis;

namespace Microtome.Datasets.Storage;

/// <summary>
/// The server's own place on the disk: a folder a room (views, computed columns, sidecars, jobs), for its user's eyes only. It is
/// created when something first needs it and belongs to one server through a lock file, which the system lets go of however the
/// server ends. Safe for concurrent use.
/// </summary>
/// <param name="path">The folder, absolute; null where the user has no place for state.</param>
/// <param name="budget">How much it may hold.</param>
public sealed class StateDirectory(string? path, StateBudget budget) : IDisposable
{
    private const string LockName = "lock";
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _lock = new();
    private FileStream? _owned;
    private bool _isDisposed;

    public StateBudget Budget { get; } = budget;

    /// <summary>The folder of a room, created where there is none.</summary>
    /// <exception cref="StateUnavailableException">The directory cannot be had; the message says why.</exception>
    public string OpenRoom(string name)
    {
        string home = path ?? throw new StateUnavailableException("The server has no state directory: its user has no home; set Microtome:StateDirectory.");
        try
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                Create(home);
                _owned ??= Own(home);
            }

            string room = Path.Combine(home, name);
            Create(room);
            return room;
        }
        catch (Exception error) when (error is IOException and not StateUnavailableException or UnauthorizedAccessException)
        {
            throw new StateUnavailableException("The server's state directory cannot be written.", error);
        }
    }

    /// <summary>The folder of a room, for caches that can do without.</summary>
    public bool TryOpenRoom(string name, [NotNullWhen(true)] out string? folder)
    {
        try
        {
            folder = OpenRoom(name);
            return true;
        }
        catch (StateUnavailableException)
        {
            folder = null;
            return false;
        }
    }

    /// <summary>The folder of a room that is there already: whoever only looks for something creates nothing.</summary>
    public bool TryFindRoom(string name, [NotNullWhen(true)] out string? folder)
    {
        folder = null;
        return path is not null && Directory.Exists(Path.Combine(path, name)) && TryOpenRoom(name, out folder);
    }

    /// <summary>Lets another server have the directory. Rooms must be closed before.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _owned?.Dispose();
            _owned = null;
        }
    }

    private static FileStream Own(string home)
    {
        try
        {
            return new(Path.Combine(home, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (error.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            throw new StateUnavailableException("Another server owns the state directory; give each its own with Microtome:StateDirectory.", error);
        }
    }

    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }
}
