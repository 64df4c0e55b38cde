using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>
/// Numbers that are no bytes: made double, then measured in pieces that fit the nearest cache, first their mean and then their
/// deviations from it. The elements come from memory once, and nothing cancels.
/// </summary>
internal sealed class DoubleMeter(Dtype dtype) : RowMeter(dtype)
{
    /// <summary>8 KB of doubles; divisible by 2, 3 and 4 channels.</summary>
    private const int PieceElements = 1020;

    private readonly DoubleElements _elements = new(dtype);
    private readonly double[] _piece = new double[PieceElements];
    private readonly Moments[] _channels = new Moments[ChannelLayout.MaxChannels];
    private int _ahead;
    private int _read;
    private double _least;
    private double _greatest;
    private double _leastOfAll = double.PositiveInfinity;
    private double _greatestOfAll = double.NegativeInfinity;

    // The same of 64-bit integers, which no double holds.
    private ulong _leastBits;
    private ulong _greatestBits;
    private ulong _leastBitsOfAll = ulong.MaxValue;
    private ulong _greatestBitsOfAll;

    public override (ElementNumber Least, ElementNumber Greatest) Extremes => _elements.IsExact
        ? (_elements.ToNumber(_leastOfAll), _elements.ToNumber(_greatestOfAll))
        : (_elements.ToNumber(_leastBitsOfAll), _elements.ToNumber(_greatestBitsOfAll));

    public override int MostAhead => PieceElements;

    public override void ReadAhead(ReadOnlySpan<byte> elements)
    {
        (_ahead, _read) = (0, elements.Length / Dtype.ItemSize);
        _elements.Read(elements, _piece.AsSpan(0, _read));
    }

    public override void Begin()
    {
        _channels.AsSpan().Clear();
        (_least, _greatest) = (double.PositiveInfinity, double.NegativeInfinity);
        (_leastBits, _greatestBits) = (ulong.MaxValue, ulong.MinValue);
    }

    public override void Add(ReadOnlySpan<byte> elements, int channel, int interleaved)
    {
        while (!elements.IsEmpty)
        {
            int count = Math.Min(elements.Length / Dtype.ItemSize, PieceElements);
            ReadOnlySpan<byte> piece = elements[..(count * Dtype.ItemSize)];
            if (_ahead == _read)
            {
                ReadAhead(piece);
            }

            AddPiece(_piece.AsSpan(_ahead, count), channel, interleaved);
            _ahead += count;
            if (!_elements.IsExact)
            {
                (ulong least, ulong greatest) = _elements.FindBits(piece);
                (_leastBits, _greatestBits) = (Math.Min(_leastBits, least), Math.Max(_greatestBits, greatest));
            }

            elements = elements[piece.Length..];
        }
    }

    public override Moments Of(int channel) => _channels[channel];

    public override void End(Span<byte> least, Span<byte> greatest)
    {
        if (_elements.IsExact)
        {
            _elements.Write(_least, least);
            _elements.Write(_greatest, greatest);
            (_leastOfAll, _greatestOfAll) = (Math.Min(_leastOfAll, _least), Math.Max(_greatestOfAll, _greatest));
        }
        else
        {
            _elements.Write(_leastBits, least);
            _elements.Write(_greatestBits, greatest);
            (_leastBitsOfAll, _greatestBitsOfAll) = (Math.Min(_leastBitsOfAll, _leastBits), Math.Max(_greatestBitsOfAll, _greatestBits));
        }
    }

    private void AddPiece(ReadOnlySpan<double> values, int channel, int interleaved)
    {
        Span<double> sums = stackalloc double[ChannelLayout.MaxChannels];
        Span<double> deviations = stackalloc double[ChannelLayout.MaxChannels];
        (double least, double greatest) = DoublePasses.Sum(values, sums[..interleaved]);
        (_least, _greatest) = (Math.Min(_least, least), Math.Max(_greatest, greatest));
        long count = values.Length / interleaved;
        Span<double> means = stackalloc double[ChannelLayout.MaxChannels];
        for (int i = 0; i < interleaved; i++)
        {
            means[i] = sums[i] / count;
        }

        DoublePasses.SumSquaredDeviations(values, means[..interleaved], deviations[..interleaved]);
        for (int i = 0; i < interleaved; i++)
        {
            _channels[channel + i] = _channels[channel + i].Join(new(count, sums[i], deviations[i]));
        }
    }
}
