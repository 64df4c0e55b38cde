using System.Buffers;
using System.IO.Hashing;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Profiles.Measuring;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Profiles;

/// <summary>
/// One pass over an array from its first byte to its last, in pieces that stay in the cache while they are measured and hashed.
/// Memory is bounded whatever the array's and its rows' sizes. For one use.
/// </summary>
internal sealed class ProfilePass
{
    private const int PieceBytes = 256 * 1024;

    private readonly IArraySource _source;
    private readonly ArraySpec _spec;
    private readonly ProfileWriter _writer;
    private readonly ChannelLayout _layout;
    private readonly int _itemBytes;
    private readonly long _rowElements;
    private readonly RowMeter? _meter;
    private readonly XxHash128 _hash = new();
    private readonly ClassTally? _classes;
    private readonly ArrayTotals _totals;
    private readonly ScalarRows? _scalars;

    public ProfilePass(IArraySource source, ProfileWriter writer)
    {
        _source = source;
        _spec = source.Spec;
        _writer = writer;
        _layout = ChannelLayout.Of(_spec.Shape.Row);
        (_itemBytes, _rowElements) = (_spec.Dtype.ItemSize, _spec.Shape.Row.Count);
        _totals = new(_layout);
        _classes = ClassTally.Suits(_spec) ? new(_spec.Dtype) : null;
        _scalars = _rowElements == 1 ? new(_spec.Dtype, writer, _totals, _classes) : null;
        _meter = _scalars is not null || _spec.Dtype.Kind == DtypeKind.Complex ? null : RowMeter.Of(_spec.Dtype);
    }

    /// <summary>Reads, measures, and writes the columns.</summary>
    /// <param name="progress">Told how many bytes are done.</param>
    /// <exception cref="ArrayReadException">The bytes cannot be had.</exception>
    public async Task<ArrayStatistics> RunAsync(Action<long> progress, CancellationToken cancellationToken)
    {
        RangeMap rows = RangeMap.All(_spec.Shape.Rows);
        StoredArray stored = new("", _source, rows, RowSlice.Whole(_spec), _spec.Shape);
        ReadAhead ahead = new(_source, rows);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (long at = 0; at < _spec.Bytes;)
            {
                int count = PieceLength(at);
                ahead.Advance(at / _spec.RowBytes);
                await stored.ReadAsync(at, buffer.AsMemory(0, count), cancellationToken);
                Take(at, buffer.AsSpan(0, count));
                at += count;
                progress(at);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (_meter is not null && _spec.Shape.Rows > 0)
        {
            (ElementNumber least, ElementNumber greatest) = _meter.Extremes;
            _totals.Add(least, greatest);
        }

        return _totals.Conclude(_spec.Shape.Count, _classes?.ToCounts());
    }

    /// <summary>Whole rows where they are small, otherwise a part of one: whole pixels, and of one channel where channels lie apart.</summary>
    private int PieceLength(long at)
    {
        if (_spec.RowBytes <= PieceBytes)
        {
            return (int)Math.Min(_spec.Bytes - at, PieceBytes / _spec.RowBytes * _spec.RowBytes);
        }

        long within = at % _spec.RowBytes;
        long together = _layout.At(within / _itemBytes, _rowElements).Elements * _itemBytes;
        int pixelBytes = _layout.Interleaved * _itemBytes;
        return (int)Math.Min(together, PieceBytes / pixelBytes * pixelBytes);
    }

    private void Take(long at, ReadOnlySpan<byte> piece)
    {
        if (_scalars is not null)
        {
            _scalars.Take(piece);
        }
        else if (_spec.RowBytes > PieceBytes)
        {
            TakePart(at % _spec.RowBytes, piece);
        }
        else
        {
            TakeRows(piece);
        }

        _totals.EndBlock();
    }

    private void TakeRows(ReadOnlySpan<byte> rows)
    {
        int rowBytes = (int)_spec.RowBytes;
        int together = (int)Math.Max(1, (_meter?.MostAhead ?? 0) / _rowElements) * rowBytes;
        for (; !rows.IsEmpty; rows = rows[Math.Min(together, rows.Length)..])
        {
            ReadOnlySpan<byte> some = rows[..Math.Min(together, rows.Length)];
            if (some.Length > rowBytes)
            {
                _meter?.ReadAhead(some);
            }

            for (; !some.IsEmpty; some = some[rowBytes..])
            {
                TakeRow(some[..rowBytes]);
            }
        }
    }

    private void TakeRow(ReadOnlySpan<byte> row)
    {
        XxHash128.Hash(row, _writer.NextHashes(1));
        _meter?.Begin();
        Measure(0, row);
        EndRow();
    }

    private void TakePart(long within, ReadOnlySpan<byte> part)
    {
        if (within == 0)
        {
            _meter?.Begin();
        }

        _hash.Append(part);
        Measure(within / _itemBytes, part);
        if (within + part.Length == _spec.RowBytes)
        {
            _hash.GetHashAndReset(_writer.NextHashes(1));
            EndRow();
        }
    }

    private void Measure(long element, ReadOnlySpan<byte> bytes)
    {
        while (_meter is not null && !bytes.IsEmpty)
        {
            (int channel, long together) = _layout.At(element, _rowElements);
            int count = (int)Math.Min(together, bytes.Length / _itemBytes);
            _meter.Add(bytes[..(count * _itemBytes)], channel, _layout.Interleaved);
            bytes = bytes[(count * _itemBytes)..];
            element += count;
        }
    }

    private void EndRow()
    {
        if (_meter is null)
        {
            return;
        }

        Moments row = default;
        for (int i = 0; i < _layout.Count; i++)
        {
            Moments channel = _meter.Of(i);
            row = row.Join(channel);
            _totals.Add(i, channel);
        }

        _writer.Add(row, _meter);
    }
}
