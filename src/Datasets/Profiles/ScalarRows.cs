using System.IO.Hashing;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Profiles.Measuring;

namespace Microtome.Datasets.Profiles;

/// <summary>
/// Rows of one element (labels, say), many at a time: the least, the greatest and the mean of each is the element itself. The same
/// bits as <see cref="RowMeter"/> has for such a row, which would take longer to begin and to end than to measure. Not for concurrent use.
/// </summary>
internal sealed class ScalarRows
{
    /// <summary>What stays in the nearest cache, hashes and all.</summary>
    private const int MaxRows = 1024;

    private readonly Dtype _dtype;
    private readonly ProfileWriter _writer;
    private readonly ArrayTotals _totals;
    private readonly ClassTally? _classes;
    private readonly DoubleElements? _elements;
    private readonly byte[] _byteHashes;
    private readonly byte[] _extremes;
    private readonly double[] _numbers = new double[MaxRows];
    private readonly double[] _means = new double[MaxRows];
    private readonly double[] _deviations = new double[MaxRows];

    public ScalarRows(Dtype dtype, ProfileWriter writer, ArrayTotals totals, ClassTally? classes)
    {
        (_dtype, _writer, _totals, _classes) = (dtype, writer, totals, classes);
        _elements = dtype.Kind == DtypeKind.Complex ? null : new(dtype);
        _extremes = new byte[MaxRows * dtype.ItemSize];
        _byteHashes = dtype.ItemSize == 1 ? [.. Enumerable.Range(0, 256).SelectMany(value => XxHash128.Hash([(byte)value]))] : [];
    }

    /// <summary>Takes the next rows, any number.</summary>
    public void Take(ReadOnlySpan<byte> rows)
    {
        for (int bytes; !rows.IsEmpty; rows = rows[bytes..])
        {
            int count = Math.Min(MaxRows, rows.Length / _dtype.ItemSize);
            bytes = count * _dtype.ItemSize;
            ReadOnlySpan<byte> some = rows[..bytes];
            Hash(some, _writer.NextHashes(count));
            _classes?.Add(some);
            if (_elements is not null)
            {
                Measure(some, count);
            }
        }
    }

    private void Hash(ReadOnlySpan<byte> rows, Span<byte> hashes)
    {
        int size = _dtype.ItemSize;
        for (int at = 0, to = 0; at < rows.Length; at += size, to += ColumnKind.HashBytes)
        {
            Span<byte> hash = hashes.Slice(to, ColumnKind.HashBytes);
            if (size == 1)
            {
                _byteHashes.AsSpan(rows[at] * ColumnKind.HashBytes, ColumnKind.HashBytes).CopyTo(hash);
            }
            else
            {
                XxHash128.Hash(rows.Slice(at, size), hash);
            }
        }
    }

    private void Measure(ReadOnlySpan<byte> rows, int count)
    {
        Span<double> numbers = _numbers.AsSpan(0, count);
        Span<double> means = _means.AsSpan(0, count);
        Span<double> deviations = _deviations.AsSpan(0, count);
        _elements!.Read(rows, numbers);
        for (int i = 0; i < numbers.Length; i++)
        {
            // A sum begins at 0: of -0 it is 0. The deviation of what is not finite is NaN.
            means[i] = 0.0 + numbers[i];
            double deviation = numbers[i] - means[i];
            deviations[i] = deviation * deviation;
        }

        _totals.Add(means, deviations);
        (ElementNumber least, ElementNumber greatest) = _elements.FindExtremes(rows, numbers);
        _totals.Add(least, greatest);
        _writer.Add(means, deviations, ToExtremes(rows, numbers));
    }

    /// <summary>The elements as columns have them: a bool is 0 or 1, and every NaN the same.</summary>
    private ReadOnlySpan<byte> ToExtremes(ReadOnlySpan<byte> rows, ReadOnlySpan<double> numbers)
    {
        if (_dtype.IsInteger)
        {
            return rows;
        }

        Span<byte> extremes = _extremes.AsSpan(0, rows.Length);
        rows.CopyTo(extremes);
        for (int i = 0; i < numbers.Length; i++)
        {
            if (_dtype.Kind == DtypeKind.Bool)
            {
                extremes[i] = (byte)numbers[i];
            }
            else if (double.IsNaN(numbers[i]))
            {
                _elements!.Write(double.NaN, extremes.Slice(i * _dtype.ItemSize, _dtype.ItemSize));
            }
        }

        return extremes;
    }
}
