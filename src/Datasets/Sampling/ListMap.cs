namespace Microtome.Datasets.Sampling;

/// <summary>Rows as they are listed.</summary>
public sealed class ListMap(ReadOnlyMemory<long> rows) : IndexMap
{
    private readonly ReadOnlyMemory<long> _rows = rows;

    public override long Length => _rows.Length;

    public override long this[long position] => _rows.Span[(int)position];

    public override void CopyTo(long start, Span<long> rows) => _rows.Span.Slice((int)start, rows.Length).CopyTo(rows);
}
