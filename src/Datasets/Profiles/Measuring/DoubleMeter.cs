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
    private ElementNumber? _minimum;
    private ElementNumber? _maximum;

    public override ElementNumber Minimum => _elements.IsExact ? ElementNumber.Of(_least, Dtype) : _minimum!.Value;

    public override ElementNumber Maximum => _elements.IsExact ? ElementNumber.Of(_greatest, Dtype) : _maximum!.Value;

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
        (_minimum, _maximum) = (null, null);
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
                AddExtremes(piece);
            }

            elements = elements[piece.Length..];
        }
    }

    public override Moments Of(int channel) => _channels[channel];

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

    private void AddExtremes(ReadOnlySpan<byte> elements)
    {
        (ElementNumber low, ElementNumber high) = _elements.FindExtremes(elements);
        _minimum = _minimum is { } minimum ? ElementNumber.Min(minimum, low) : low;
        _maximum = _maximum is { } maximum ? ElementNumber.Max(maximum, high) : high;
    }
}
