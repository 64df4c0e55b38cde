using Microsoft.AspNetCore.Mvc;

namespace Microtome.Api.Requests;

/// <summary>The parameters that say which rows an epoch visits, and in which order.</summary>
internal readonly record struct OrderQuery
{
    /// <summary>The epoch's seed, 0 to 2^64-1. Default 0.</summary>
    [FromQuery(Name = "seed")]
    public ulong? Seed { get; init; }

    /// <summary>Which rows: `all` (default), a view's name or id, or an expression as in `where(y == 1)|split(parts=0.8:0.2,take=0)`.</summary>
    [FromQuery(Name = "view")]
    public string? View { get; init; }

    /// <summary>`shuffle` (default; means perm.v1), `sequential` or `window:W` (window.v1).</summary>
    [FromQuery(Name = "order")]
    public string? Order { get; init; }
}

/// <summary>The parameters that cut an epoch into batches and ranks.</summary>
internal readonly record struct BatchQuery
{
    /// <summary>Rows of a global batch, over all ranks. Required.</summary>
    /// <example>64</example>
    [FromQuery(Name = "batch_size")]
    public long? BatchSize { get; init; }

    /// <summary>What becomes of a short last batch: `drop` (default), `keep` or `pad`.</summary>
    [FromQuery(Name = "tail")]
    public string? Tail { get; init; }

    /// <summary>Which trainer asks, from 0. Default 0.</summary>
    [FromQuery(Name = "rank")]
    public int? Rank { get; init; }

    /// <summary>How many trainers share the batch. Default 1.</summary>
    [FromQuery(Name = "world_size")]
    public int? WorldSize { get; init; }
}
