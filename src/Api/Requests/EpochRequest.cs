using System.Globalization;
using Microtome.Api.Limits;
using Microtome.Api.Problems;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Sampling;

namespace Microtome.Api.Requests;

/// <summary>Which rows an epoch visits and in which order: the view and order of the query, held against a dataset.</summary>
internal sealed record OrderRequest(ResolvedView View, Order Order, ulong Seed, ulong Number, IndexMap Rows) : ISpanFormattable
{
    /// <param name="dataset">The dataset.</param>
    /// <param name="version">Its version.</param>
    /// <param name="epoch">The number of the pass.</param>
    /// <param name="query">What the client says.</param>
    /// <param name="views">Works the view out.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ProblemException">400 for a malformed value.</exception>
    /// <exception cref="Microtome.Datasets.Views.Errors.ViewException">The view is none, or does not fit the dataset.</exception>
    public static async ValueTask<OrderRequest> OfAsync(
        Dataset dataset, string version, ulong epoch, OrderQuery query, ViewResolver views, CancellationToken cancellationToken)
    {
        if (!Order.TryParse(query.Order ?? "shuffle", out Order? order))
        {
            throw ProblemException.Bad("order", query.Order, "order is sequential, shuffle (perm.v1) or window:W (window.v1:W), W from 1 to 2147483647.");
        }

        ulong seed = query.Seed ?? 0;
        ResolvedView view = await views.ResolveAsync(dataset, version, query.View, cancellationToken);
        return new(view, order, seed, epoch, await views.ArrangeAsync(dataset, version, view, order, seed, epoch, cancellationToken));
    }

    /// <summary>One text for everything that determines the order, for tags.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite(CultureInfo.InvariantCulture, $"epoch {Number}, seed {Seed}, {Order}, view {View.Canonical}", out charsWritten);

    public string ToString(string? format, IFormatProvider? formatProvider) => $"{this}";

    public override string ToString() => $"{this}";
}

/// <summary>An epoch cut into batches for one rank.</summary>
internal sealed record EpochRequest(OrderRequest Order, Epoch Epoch) : ISpanFormattable
{
    /// <exception cref="ProblemException">400 for a missing or malformed value, 413 for a rank's part of a batch beyond the limit.</exception>
    public static EpochRequest Of(OrderRequest order, BatchQuery query, ServerLimits limits)
    {
        long batchSize = query.BatchSize ?? throw ProblemException.Bad("batch_size", null, "batch_size is required: the rows of a global batch.");
        if (batchSize < 1)
        {
            throw ProblemException.Bad("batch_size", Text(batchSize), "batch_size is at least 1.");
        }

        int worldSize = query.WorldSize ?? 1;
        if (worldSize < 1)
        {
            throw ProblemException.Bad("world_size", Text(worldSize), "world_size is at least 1.");
        }

        int rank = query.Rank ?? 0;
        if (rank < 0 || rank >= worldSize)
        {
            throw ProblemException.Bad("rank", Text(rank), $"rank is at least 0 and below world_size, which is {worldSize}.");
        }

        Tail tail = ParseTail(query.Tail);
        long rows = tail == Tail.Pad ? batchSize : Math.Min(batchSize, order.Rows.Length);
        RowList.RequireAtMost(new Shard(worldSize - 1, worldSize).Of(rows).Count, limits.MaxRows); // The last rank's slice is the largest.
        return new(order, new(order.Rows, batchSize, tail, new(rank, worldSize)));
    }

    /// <summary>The 416 for a step that the epoch does not have, and why.</summary>
    public ProblemException PastEnd(ulong step)
    {
        string why = Epoch.Steps > 0
            ? $"The epoch has the steps 0 to {Epoch.Steps - 1}."
            : Epoch.Order.Length == 0
                ? "The view is empty, so the epoch has no steps."
                : $"The view has {Epoch.Order.Length} rows, fewer than batch_size, and tail=drop leaves a short batch out; use tail=keep or tail=pad.";
        return new(ProblemCode.PastEnd, why) { Steps = Epoch.Steps, Value = step.ToString(CultureInfo.InvariantCulture) };
    }

    /// <summary>Tells readers apart that walk different epochs. Two may share a key by chance.</summary>
    public int WalkKey(string dataset) =>
        HashCode.Combine(dataset, Order.View.Canonical, Order.Order, Order.Seed, Order.Number, Epoch.BatchSize, Epoch.Tail, Epoch.Shard);

    /// <summary>One text for everything that determines the batches, for tags.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) => destination.TryWrite(
        CultureInfo.InvariantCulture, $"{Order}, batch {Epoch.BatchSize}, {Epoch.Tail}, rank {Epoch.Shard.Rank} of {Epoch.Shard.WorldSize}", out charsWritten);

    public string ToString(string? format, IFormatProvider? formatProvider) => $"{this}";

    public override string ToString() => $"{this}";

    private static Tail ParseTail(string? text) => text switch
    {
        null or "drop" => Tail.Drop,
        "keep" => Tail.Keep,
        "pad" => Tail.Pad,
        _ => throw ProblemException.Bad("tail", text, "tail is drop, keep or pad."),
    };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
