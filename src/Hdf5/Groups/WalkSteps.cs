namespace Microtome.Hdf5.Groups;

/// <summary>
/// The steps of one walk: a link looked at, or a name in the path of a soft one. Groups that have many paths, and soft links through
/// long ones, make more of them than a file has bytes; together they take about a second at most.
/// </summary>
internal sealed class WalkSteps
{
    /// <summary>Four for each object that a file may have by default.</summary>
    public const int Max = 1 << 22;

    /// <summary>So many characters that are copied or looked at count as a step more.</summary>
    public const int Characters = 64;

    private int _left = Max;

    /// <summary>A step was refused, so that something is left out.</summary>
    public bool WereRefused { get; private set; }

    public bool TryTake(int steps)
    {
        if (steps > _left)
        {
            WereRefused = true;
            return false;
        }

        _left -= steps;
        return true;
    }
}
