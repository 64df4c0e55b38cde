using System.Text.Json.Serialization;

namespace Microtome.Api.Contracts;

/// <summary>What the page and clients need to know of the server, and of the key they hold.</summary>
/// <param name="Version">The program's version.</param>
/// <param name="Started">When it started (UTC).</param>
/// <param name="Limits">What one request may take.</param>
/// <param name="Usage">What is used now.</param>
/// <param name="Scope">`read` or `manage`.</param>
/// <param name="Metrics">Whether the key may read `/metrics`, which tell of all datasets.</param>
internal sealed record ServerInfo(string Version, DateTimeOffset Started, LimitsInfo Limits, UsageInfo Usage, string Scope, bool Metrics);

internal sealed record LimitsInfo(
    long MaxRows, long MaxResponseBytes, long MaxRequestBytes, int MaxExpressionLength, int MaxConcurrentReads, int MaxQueuedReads, int MaxStreams, long MaxChunkBytes, long MemoryBudgetBytes, long StateBytes);

internal sealed record UsageInfo(int Datasets, int ReadsActive, int ReadsWaiting, int StreamsOpen, long PrivateMemoryBytes, long ResidentMemoryBytes, long StateBytes, int JobsRunning, int JobsQueued);

/// <summary>A probe's answer.</summary>
internal sealed record ProbeInfo(string Status);

/// <summary>Whether the server takes requests.</summary>
/// <param name="Status">`ready`; with 503 `scanning` or `draining`.</param>
/// <param name="Broken">The datasets that cannot be read now, of those that the key may see; absent without a key where there are keys.</param>
internal sealed record ReadyInfo(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Broken);
