using System.Collections.Immutable;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Selections;

/// <summary>
/// NumPy basic indexing, parsed: what of an array is wanted, before it is known which array. <c>ToString</c> is its canonical form.
/// </summary>
public sealed class Selection
{
    public static readonly Selection All = new([]);

    private readonly ImmutableArray<SelectionTerm> _terms;

    private Selection(ImmutableArray<SelectionTerm> terms) => _terms = terms;

    /// <summary>Parses <c>10:20,:,::2</c>. Empty text is everything.</summary>
    /// <exception cref="SelectionSyntaxException">The text is not the grammar.</exception>
    public static Selection Parse(string? text) => string.IsNullOrEmpty(text) ? All : new(new SelectionParser(text).Parse());

    /// <summary>Holds the selection against an array's shape: which rows, what of each, and the shape that comes out.</summary>
    /// <exception cref="SelectionRangeException">An index lies beyond its axis, or there are more indices than axes.</exception>
    public ResolvedSelection Resolve(Shape shape)
    {
        ImmutableArray<SelectionTerm> terms = Expand(shape.Rank);
        IndexMap rows = shape.Rank == 0 ? new RangeMap(0, 1, 1) : ResolveRows(terms[0], shape[0]);
        bool keepsRows = shape.Rank > 0 && terms[0] is not SelectionTerm.Index;
        (Region inner, Shape row) = ResolveInner(terms.AsSpan(), shape, firstAxis: Math.Min(1, shape.Rank));
        return new(rows, inner, row, keepsRows);
    }

    /// <summary>Holds a selection over the axes after the first against an array's shape: what of each row, and its shape.</summary>
    /// <exception cref="SelectionRangeException">An index lies beyond its axis, there are more indices than axes, or there is a list.</exception>
    public (Region Inner, Shape Row) ResolveWithinRow(Shape shape)
    {
        Shape row = shape.Row;
        ImmutableArray<SelectionTerm> terms = Expand(row.Rank);
        return ResolveInner(terms.AsSpan(), row, firstAxis: 0);
    }

    public override string ToString() => string.Join(",", _terms);

    private static IndexMap ResolveRows(SelectionTerm term, long length)
    {
        switch (term)
        {
            case SelectionTerm.List list:
                long[] rows = new long[list.Values.Length];
                for (int i = 0; i < rows.Length; i++)
                {
                    rows[i] = Wrap(list.Values[i], length, 0);
                }

                return new ListMap(rows);
            default:
                AxisRange range = ResolveAxis(term, length, 0);
                return new RangeMap(range.Start, range.Count, range.Step);
        }
    }

    private static (Region Inner, Shape Shape) ResolveInner(ReadOnlySpan<SelectionTerm> terms, Shape shape, int firstAxis)
    {
        var axes = ImmutableArray.CreateBuilder<AxisRange>();
        List<long> kept = [];
        for (int axis = firstAxis; axis < shape.Rank; axis++)
        {
            if (terms[axis] is SelectionTerm.List)
            {
                throw new SelectionRangeException("A list of indices may stand on axis 0 of an array only.");
            }

            AxisRange range = ResolveAxis(terms[axis], shape[axis], axis);
            axes.Add(range);
            if (terms[axis] is not SelectionTerm.Index)
            {
                kept.Add(range.Count);
            }
        }

        return (new(axes.ToImmutable()), new([.. kept]));
    }

    private static AxisRange ResolveAxis(SelectionTerm term, long length, int axis)
    {
        if (term is SelectionTerm.Index index)
        {
            return new(Wrap(index.Value, length, axis), 1);
        }

        SelectionTerm.Slice slice = (SelectionTerm.Slice)term;
        long start = Clip(slice.Start ?? 0, length);
        long stop = Clip(slice.Stop ?? length, length);
        long count = stop <= start ? 0 : ((stop - start - 1) / slice.Step) + 1;
        return new(start, count, count > 1 ? slice.Step : 1);
    }

    /// <summary>As slices treat a bound: from the end where negative, and never beyond the axis.</summary>
    private static long Clip(long bound, long length) => bound < 0 ? Math.Max(0, bound + length) : Math.Min(bound, length);

    /// <summary>As indices treat a number: from the end where negative, and an error beyond the axis.</summary>
    private static long Wrap(long index, long length, int axis)
    {
        long wrapped = index < 0 ? index + length : index;
        return wrapped >= 0 && wrapped < length
            ? wrapped
            : throw new SelectionRangeException($"Index {index} is out of bounds for axis {axis} with {length} elements.");
    }

    /// <summary>One term an axis: the ellipsis, or missing trailing terms, become whole axes.</summary>
    private ImmutableArray<SelectionTerm> Expand(int rank)
    {
        int ellipsis = _terms.IndexOf(new SelectionTerm.Ellipsis());
        int given = _terms.Length - (ellipsis < 0 ? 0 : 1);
        if (given > rank)
        {
            throw new SelectionRangeException($"Too many indices: {given} for {rank} {(rank == 1 ? "axis" : "axes")}.");
        }

        SelectionTerm whole = new SelectionTerm.Slice(null, null, 1);
        IEnumerable<SelectionTerm> filler = Enumerable.Repeat(whole, rank - given);
        return ellipsis < 0 ? [.. _terms, .. filler] : [.. _terms[..ellipsis], .. filler, .. _terms[(ellipsis + 1)..]];
    }
}
