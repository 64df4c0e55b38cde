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
    private readonly RowMeter? _meter;
    private readonly XxHash128 _hash = new();
    private readonly ClassTally? _classes;
    private readonly Moments[] _blockChannels = new Moments[ChannelLayout.MaxChannels];
    private readonly Moments[] _channels = new Moments[ChannelLayout.MaxChannels];
    private ElementNumber? _minimum;
    private ElementNumber? _maximum;

    public ProfilePass(IArraySource source, ProfileWriter writer)
    {
        _source = source;
        _spec = source.Spec;
        _writer = writer;
        _layout = ChannelLayout.Of(_spec.Shape.Row);
        _meter = _spec.Dtype.Kind == DtypeKind.Complex ? null : RowMeter.Of(_spec.Dtype);
        _classes = ClassTally.Suits(_spec) ? new(_spec.Dtype) : null;
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

        return Conclude();
    }

    /// <summary>Whole rows where they are small, otherwise a part of one: whole pixels, and of one channel where channels lie apart.</summary>
    private int PieceLength(long at)
    {
        if (_spec.RowBytes <= PieceBytes)
        {
            return (int)Math.Min(_spec.Bytes - at, PieceBytes / _spec.RowBytes * _spec.RowBytes);
        }

        long within = at % _spec.RowBytes;
        long together = _layout.At(within / _spec.Dtype.ItemSize, _spec.Shape.Row.Count).Elements * _spec.Dtype.ItemSize;
        int pixelBytes = _layout.Interleaved * _spec.Dtype.ItemSize;
        return (int)Math.Min(together, PieceBytes / pixelBytes * pixelBytes);
    }

    private void Take(long at, ReadOnlySpan<byte> piece)
    {
        if (_spec.RowBytes > PieceBytes)
        {
            TakePart(at % _spec.RowBytes, piece);
        }
        else
        {
            for (; !piece.IsEmpty; piece = piece[(int)_spec.RowBytes..])
            {
                TakeRow(piece[..(int)_spec.RowBytes]);
            }
        }

        JoinBlock();
    }

    private void TakeRow(ReadOnlySpan<byte> row)
    {
        XxHash128.Hash(row, _writer.NextHash());
        _classes?.Add(row);
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
        Measure(within / _spec.Dtype.ItemSize, part);
        if (within + part.Length == _spec.RowBytes)
        {
            _hash.GetHashAndReset(_writer.NextHash());
            EndRow();
        }
    }

    private void Measure(long element, ReadOnlySpan<byte> bytes)
    {
        while (_meter is not null && !bytes.IsEmpty)
        {
            (int channel, long together) = _layout.At(element, _spec.Shape.Row.Count);
            int count = (int)Math.Min(together, bytes.Length / _spec.Dtype.ItemSize);
            _meter.Add(bytes[..(count * _spec.Dtype.ItemSize)], channel, _layout.Interleaved);
            bytes = bytes[(count * _spec.Dtype.ItemSize)..];
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
            _blockChannels[i] = _blockChannels[i].Join(channel);
        }

        (ElementNumber minimum, ElementNumber maximum) = (_meter.Minimum, _meter.Maximum);
        _minimum = _minimum is { } least ? ElementNumber.Min(least, minimum) : minimum;
        _maximum = _maximum is { } greatest ? ElementNumber.Max(greatest, maximum) : maximum;
        _writer.Add(row, minimum, maximum);
    }

    /// <summary>Rows join by block and blocks join to the whole, so that rounding grows with the root of few numbers, not of many.</summary>
    private void JoinBlock()
    {
        for (int i = 0; i < _layout.Count; i++)
        {
            _channels[i] = _channels[i].Join(_blockChannels[i]);
            _blockChannels[i] = default;
        }
    }

    private ArrayStatistics Conclude()
    {
        Moments all = default;
        foreach (Moments channel in _channels)
        {
            all = all.Join(channel);
        }

        bool isMeasured = all.Count > 0;
        return new(
            _spec.Shape.Count,
            _minimum,
            _maximum,
            isMeasured ? ElementNumber.Of(all.Mean) : null,
            isMeasured ? ElementNumber.Of(all.StandardDeviation) : null,
            isMeasured && _layout.IsImage
                ? [.. _channels.Take(_layout.Count).Select(channel => new ChannelStatistics(ElementNumber.Of(channel.Mean), ElementNumber.Of(channel.StandardDeviation)))]
                : null,
            _classes?.ToCounts());
    }
}
