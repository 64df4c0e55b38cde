using System.Buffers;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Gathering;

/// <summary>The row numbers of one batch in rented memory, so that a batch of any size allocates nothing. Not for concurrent use; used no more once disposed.</summary>
public sealed class PooledRows : IndexMap, IDisposable
{
    private long[] _rows = [];
    private int _count;

    public override long Length => _count;

    public Span<long> Span => _rows.AsSpan(0, _count);

    public override long this[long position] => _rows[position];

    /// <summary>Makes room for this many rows, whose numbers the caller then fills in.</summary>
    public Span<long> Resize(int count)
    {
        if (_rows.Length < count)
        {
            Return();
            _rows = ArrayPool<long>.Shared.Rent(count);
        }

        _count = count;
        return Span;
    }

    public override void CopyTo(long start, Span<long> rows) => Span.Slice((int)start, rows.Length).CopyTo(rows);

    public void Dispose()
    {
        Return();
        _rows = [];
        _count = 0;
    }

    private void Return()
    {
        if (_rows.Length > 0)
        {
            ArrayPool<long>.Shared.Return(_rows);
        }
    }
}
