namespace Microtome.Datasets.Profiles;

/// <summary>
/// A published profile, and which of its columns were seen to be as they were written: each is read once in the life of a server,
/// when it is first used, so that a start does not wait for columns that nobody asks for. Safe for concurrent use: who asks for a
/// column that is being read waits for that.
/// </summary>
internal sealed class KeptProfile(ProfileRecord record, string folder)
{
    private readonly Lock _lock = new();
    private readonly HashSet<ColumnKind> _intact = [];

    public ProfileRecord Record { get; } = record;

    /// <summary>Where the columns are.</summary>
    public string Folder { get; } = folder;

    /// <exception cref="IOException">The column cannot be read; the next caller tries again.</exception>
    public bool IsIntact(ColumnKind kind)
    {
        lock (_lock)
        {
            if (_intact.Contains(kind))
            {
                return true;
            }

            return Record.Describes(Folder, kind) && _intact.Add(kind);
        }
    }
}
