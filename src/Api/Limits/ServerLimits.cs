using Microtome.Api.Settings;

namespace Microtome.Api.Limits;

/// <summary>What one request, and all together, may take (contract, section 9). Validated at start; immutable.</summary>
internal sealed record ServerLimits
{
    public const long Gibibyte = 1L << 30;

    private const long Mebibyte = 1L << 20;

    /// <summary>Rows of one request.</summary>
    public int MaxRows { get; init; } = 1_000_000;

    /// <summary>Bytes of a json, csv, png, npz or transformed body. Plain npy, raw and safetensors are sent as they are read.</summary>
    public long MaxResponseBytes { get; init; } = Gibibyte;

    /// <summary>Bytes of a request's body.</summary>
    public long MaxRequestBytes { get; init; } = 64 * Mebibyte;

    /// <summary>Characters of a select, view or transform.</summary>
    public int MaxExpressionLength { get; init; } = 4096;

    /// <summary>Answers that read data at once.</summary>
    public int MaxConcurrentReads { get; init; } = 4 * Environment.ProcessorCount;

    /// <summary>Answers that wait for their turn; more are refused.</summary>
    public int MaxQueuedReads { get; init; } = 256;

    /// <summary>Open streams.</summary>
    public int MaxStreams { get; init; } = 256;

    /// <summary>Bytes of one decoded chunk; an array of larger ones is not servable.</summary>
    public long MaxChunkBytes { get; init; } = 256 * Mebibyte;

    /// <summary>Bytes of memory that caches and jobs take together.</summary>
    public long MemoryBudgetBytes { get; init; } = 256 * Mebibyte;

    /// <summary>Bytes of the state directory; null means a fifth of the free disk, at most 50 GB.</summary>
    public long? StateBytes { get; init; }

    /// <exception cref="SettingsException">A limit is no number within its bounds, or is not known.</exception>
    public static ServerLimits Read(SettingsReader settings)
    {
        settings.AllowOnly(
            nameof(MaxRows), nameof(MaxResponseBytes), nameof(MaxRequestBytes), nameof(MaxExpressionLength), nameof(MaxConcurrentReads), nameof(MaxQueuedReads), nameof(MaxStreams), nameof(MaxChunkBytes), nameof(MemoryBudgetBytes), nameof(StateBytes));
        ServerLimits defaults = new();
        return new()
        {
            MaxRows = (int)settings.Number(nameof(MaxRows), defaults.MaxRows, 1, 100_000_000),
            MaxResponseBytes = settings.Number(nameof(MaxResponseBytes), defaults.MaxResponseBytes, Mebibyte),
            MaxRequestBytes = settings.Number(nameof(MaxRequestBytes), defaults.MaxRequestBytes, 1024),
            MaxExpressionLength = (int)settings.Number(nameof(MaxExpressionLength), defaults.MaxExpressionLength, 16, 65_536),
            MaxConcurrentReads = (int)settings.Number(nameof(MaxConcurrentReads), defaults.MaxConcurrentReads, 1, 4096),
            MaxQueuedReads = (int)settings.Number(nameof(MaxQueuedReads), defaults.MaxQueuedReads, 0, 65_536),
            MaxStreams = (int)settings.Number(nameof(MaxStreams), defaults.MaxStreams, 1, 65_536),
            MaxChunkBytes = settings.Number(nameof(MaxChunkBytes), defaults.MaxChunkBytes, 1024, Gibibyte),
            MemoryBudgetBytes = settings.Number(nameof(MemoryBudgetBytes), defaults.MemoryBudgetBytes, Mebibyte),
            StateBytes = settings.Text(nameof(StateBytes)) is null ? null : settings.Number(nameof(StateBytes), 0, 0),
        };
    }
}
