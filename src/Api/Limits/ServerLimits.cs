namespace Microtome.Api.Limits;

public sealed record ServerLimits
{
    public int MaxRows { get; init; } = 1_000_000;
    public long MaxResponseBytes { get; init; } = 1L << 30;
    public int MaxExpressionLength { get; init; } = 4096;
    public int MaxConcurrentReads { get; init; } = 4 * Environment.ProcessorCount;
    public int MaxQueuedReads { get; init; } = 256;
    public int MaxStreams { get; init; } = 256;
}
