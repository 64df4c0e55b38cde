namespace Microtome.Datasets.Views.Evaluation;

/// <summary>The class of each row of a view: its place in value order. Immutable.</summary>
internal sealed class RowClasses
{
    private readonly ClassCodes? _codes;
    private readonly ushort[] _places;

    private RowClasses(ClassCodes? codes, ushort[] places, IReadOnlyList<long> counts)
    {
        _codes = codes;
        _places = places;
        Counts = counts;
    }

    /// <summary>Rows of each class, in value order.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>Whether all rows are one class.</summary>
    public bool IsOne => _codes is null;

    /// <summary>The class of the row at a position of the view.</summary>
    public int this[long position] => _codes is { } codes ? _places[codes[position]] : 0;

    public static RowClasses One(long rows) => new(null, [], [rows]);

    /// <param name="codes">The class of each row, by when it was met first.</param>
    /// <param name="places">Of each class by when it was met first: its place in value order.</param>
    /// <param name="counts">Rows of each class, in value order.</param>
    public static RowClasses Of(ClassCodes codes, ushort[] places, IReadOnlyList<long> counts) => new(codes, places, counts);
}
