namespace Microtome.Datasets.Tests.Catalogue;

/// <summary>The system's clock moved by an offset. An hour ahead, as it is at first, every file on the disk is at rest.</summary>
internal sealed class ManualClock : TimeProvider
{
    public static readonly TimeSpan AtRest = TimeSpan.FromHours(1);

    public TimeSpan Offset { get; set; } = AtRest;

    /// <summary>Where set, time stands still.</summary>
    public DateTimeOffset? Frozen { get; set; }

    public override DateTimeOffset GetUtcNow() => Frozen ?? System.GetUtcNow() + Offset;
}
