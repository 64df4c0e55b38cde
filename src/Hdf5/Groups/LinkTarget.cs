namespace Microtome.Hdf5.Groups;

/// <summary>
/// What a soft link means: an object header's address, or the reason why there is none. No exception, since a file may hold a great
/// many links that lead nowhere.
/// </summary>
internal readonly record struct LinkTarget(long Address, string? Reason)
{
    public static LinkTarget None(string reason) => new(-1, reason);
}
