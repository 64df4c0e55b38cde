namespace Microtome.Datasets.Views.Evaluation;

/// <summary>The class of each row of a view: its place in value order, in one or two bytes a row. Immutable.</summary>
internal sealed class RowClasses
{
    private readonly byte[]? _narrow;
    private readonly ushort[]? _wide;
    private readonly ushort[] _places;

    private RowClasses(byte[]? narrow, ushort[]? wide, ushort[] places, IReadOnlyList<long> counts)
    {
        _narrow = narrow;
        _wide = wide;
        _places = places;
        Counts = counts;
    }

    /// <summary>Rows of each class, in value order.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>Whether all rows are one class.</summary>
    public bool IsOne => _narrow is null && _wide is null;

    /// <summary>The class of the row at a position of the view.</summary>
    public int this[long position] => _narrow is { } narrow ? _places[narrow[position]] : _wide is { } wide ? _places[wide[position]] : 0;

    public static RowClasses One(long rows) => new(null, null, [], [rows]);

    /// <param name="codes">The class of each row, by when it was met first.</param>
    /// <param name="places">Of each class by when it was met first: its place in value order.</param>
    /// <param name="counts">Rows of each class, in value order.</param>
    public static RowClasses Of(byte[] codes, ushort[] places, IReadOnlyList<long> counts) => new(codes, null, places, counts);

    /// <inheritdoc cref="Of(byte[], ushort[], IReadOnlyList{long})"/>
    public static RowClasses Of(ushort[] codes, ushort[] places, IReadOnlyList<long> counts) => new(null, codes, places, counts);
}
