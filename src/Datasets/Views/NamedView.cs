using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views;

/// <summary>A view that has a name: an expression of operations, or a list of rows that belongs to one version.</summary>
public sealed record NamedView
{
    private NamedView(string name, string id, bool isStored)
    {
        Name = name;
        Id = id;
        IsStored = isStored;
    }

    public string Name { get; }

    public string Id { get; }

    /// <summary>Whether a client stored it, and may delete it; else configuration names it.</summary>
    public bool IsStored { get; }

    /// <summary>The operations; null for a list of rows.</summary>
    public ViewExpression? Expression { get; private init; }

    /// <summary>The version that the rows belong to; null for an expression.</summary>
    public string? Version { get; private init; }

    /// <summary>How many rows the list has.</summary>
    public long Count { get; private init; }

    /// <summary>Reads the list.</summary>
    public Func<ViewRows>? Load { get; private init; }

    /// <param name="name">The name.</param>
    /// <param name="expression">Operations alone: what it was built on is in it.</param>
    /// <param name="isStored">Whether a client stored it.</param>
    public static NamedView Of(string name, ViewExpression expression, bool isStored) =>
        new(name, ViewId.OfExpression(expression.ToString()), isStored) { Expression = expression };

    public static NamedView OfRows(string name, string id, string version, long count, Func<ViewRows> load) =>
        new(name, id, isStored: true) { Version = version, Count = count, Load = load };
}
