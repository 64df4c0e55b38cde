using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Transforms;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// One array of a gather: its name and, where it is stored, the source, what is read of each row, and what is
/// done to it on the way. Without a source it is the
/// pseudo-array of that name, <c>@rows</c> or <c>@valid</c>.
/// </summary>
public sealed record GatherColumn(string Name, IArraySource? Source = null, RowSlice? Slice = null, BoundTransform? Transform = null)
{
    /// <summary>What was asked of the array, in one text for everything that means the same; for tags.</summary>
    public string Canonical { get; init; } = "";

    /// <summary>What is read of each row, where the array holds texts: they have no <c>Source</c>.</summary>
    public TextSlice? Texts { get; init; }

    /// <summary>The dtype as it is sent.</summary>
    public Dtype Dtype => Texts is not null ? Dtype.Text : Transform?.Dtype ?? Source?.Spec.Dtype ?? (Name == ComputedArray.RowsName ? Dtype.Int64 : Dtype.Bool);

    /// <summary>The shape of one row as it is sent.</summary>
    public Shape RowShape => Transform?.Row ?? Slice?.Shape ?? Texts?.Row ?? Shape.Scalar;

    internal BatchArray Fill(IndexMap rows, long valid) => (Source, Slice) switch
    {
        ({ } source, { } slice) => Transformed(new(Name, source, rows, slice, slice.Shape.WithLeading(rows.Length)), rows.Length),
        _ when Texts is { } texts => new TextArray(Name, texts, rows, texts.Row.WithLeading(rows.Length)),
        _ when Name == ComputedArray.RowsName => ComputedArray.Rows(rows),
        _ => ComputedArray.Valid(rows.Length, valid),
    };

    internal void HintAhead(PooledRows rows)
    {
        if (Source is null || Slice is not { Bytes: > 0 } slice || rows.Length == 0)
        {
            return;
        }

        Source.Hint(rows.Span);
        if (ColdRows.AreCold(Source))
        {
            new StoredArray(Name, Source, rows, slice, slice.Shape.WithLeading(rows.Length)).Hint();
        }
    }

    private BatchArray Transformed(StoredArray stored, long rows) =>
        Transform is null ? stored : new TransformedArray(Name, stored, Transform, Transform.Row.WithLeading(rows));
}

/// <summary>
/// Which arrays an answer holds, and in what form, before it is known which rows: one template serves every step of a stream.
/// </summary>
public sealed record GatherTemplate(IReadOnlyList<GatherColumn> Columns)
{
    /// <summary>What the batches of the last length share: most have the same. Swapped whole.</summary>
    private BatchForm? _form;

    /// <summary>One text for everything that shapes the arrays, so that equal requests have equal tags.</summary>
    public string Canonical { get; } = string.Concat(Columns.Select(column => $"\n{column.Name}\t{column.Canonical}"));

    /// <summary>Whether any array is changed on the way.</summary>
    public bool IsTransformed { get; } = Columns.Any(column => column.Transform is not null);

    /// <summary>Bytes of one row of all arrays together.</summary>
    public long RowBytes
    {
        get
        {
            long bytes = 0;
            foreach (GatherColumn column in Columns)
            {
                bytes = checked(bytes + (column.RowShape.Count * column.Dtype.ItemSize));
            }

            return bytes;
        }
    }

    /// <summary>The batch of these rows, of which the first <paramref name="valid"/> are real and the rest padding.</summary>
    public Batch Fill(IndexMap rows, long valid)
    {
        BatchArray[] arrays = new BatchArray[Columns.Count];
        for (int i = 0; i < arrays.Length; i++)
        {
            arrays[i] = Columns[i].Fill(rows, valid);
        }

        BatchForm form = _form is { } last && last.Rows == rows.Length ? last : _form = new(rows.Length);
        return new(arrays) { IsTransformed = IsTransformed, Form = form };
    }

    /// <summary>Says to every source which rows will be read next, for what must be decoded.</summary>
    public void Hint(ReadOnlySpan<long> rows)
    {
        foreach (GatherColumn column in Columns)
        {
            column.Source?.Hint(rows);
        }
    }

    /// <summary>Says which rows will be read soon, so that what must be decoded or read from the disk is under way by then. Never waits.</summary>
    public void HintAhead(PooledRows rows)
    {
        foreach (GatherColumn column in Columns)
        {
            column.HintAhead(rows);
        }
    }

    /// <summary>Whether there is anything to gain from hinting ahead: rows were missing in memory lately, or must be decoded.</summary>
    public bool IsFar()
    {
        foreach (GatherColumn column in Columns)
        {
            if (column.Source is { } source && (source.MustDecode || ColdRows.AreCold(source)))
            {
                return true;
            }
        }

        return false;
    }
}
