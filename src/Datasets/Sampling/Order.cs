using System.Diagnostics.CodeAnalysis;

namespace Microtome.Datasets.Sampling;

/// <summary>How an epoch visits a view. <c>ToString</c> is the versioned name that never changes its meaning.</summary>
public sealed record Order
{
    public static readonly Order Sequential = new("sequential");
    public static readonly Order Shuffle = new("perm.v1");

    private readonly string _name;

    private Order(string name) => _name = name;

    /// <summary>Parses <c>sequential</c>, <c>shuffle</c> or a versioned name.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Order? order)
    {
        order = text switch
        {
            "sequential" => Sequential,
            "shuffle" or "perm.v1" => Shuffle,
            _ => null,
        };
        return order is not null;
    }

    /// <summary>The view's rows as this epoch visits them.</summary>
    public IndexMap Arrange(IndexMap view, ulong seed, ulong epoch) =>
        this == Sequential ? view : ComposedMap.Of(view, new Permutation(view.Length, seed, epoch, "order"));

    public override string ToString() => _name;
}
