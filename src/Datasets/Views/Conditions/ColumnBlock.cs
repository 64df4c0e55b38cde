using System.Buffers;

namespace Microtome.Datasets.Views.Conditions;

/// <summary>Some rows of the arrays that a condition looks at, in pooled memory. Filled again and again; not for concurrent use.</summary>
internal sealed class ColumnBlock : IDisposable
{
    /// <summary>Rows that are looked at together.</summary>
    public const int MaxRows = 16 * 1024;

    private readonly ColumnReader[] _readers;
    private readonly byte[][] _bytes;
    private readonly string[][] _texts;

    public ColumnBlock(IReadOnlyList<ViewColumn> columns)
    {
        _readers = [.. columns.Select(column => new ColumnReader(column))];
        _bytes = [.. columns.Select(column => column.Numbers is { } numbers ? ArrayPool<byte>.Shared.Rent((int)numbers.Spec.RowBytes * MaxRows) : [])];
        _texts = [.. columns.Select(column => column.Numbers is null ? new string[MaxRows] : [])];
    }

    public ReadOnlySpan<byte> Bytes(int column) => _bytes[column];

    public ReadOnlySpan<string> Texts(int column) => _texts[column];

    /// <summary>Reads these rows of every column.</summary>
    /// <exception cref="Arrays.ArrayReadException">A file does not hold what its headers promise.</exception>
    public async ValueTask ReadAsync(ReadOnlyMemory<long> rows, CancellationToken cancellationToken)
    {
        for (int i = 0; i < _readers.Length; i++)
        {
            if (_texts[i].Length > 0)
            {
                await _readers[i].ReadTextsAsync(rows, _texts[i], cancellationToken);
            }
            else
            {
                await _readers[i].ReadAsync(rows, _bytes[i], cancellationToken);
            }
        }
    }

    public void Dispose()
    {
        foreach (byte[] bytes in _bytes.Where(bytes => bytes.Length > 0))
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
