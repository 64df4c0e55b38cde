using Microtome.Datasets.Profiles.Measuring;

namespace Microtome.Datasets.Profiles;

/// <summary>
/// An array's rows as one: moments by channel, and the extremes. Rows join by block and blocks join to the whole, so that rounding
/// grows with the root of few numbers, not of many. Not for concurrent use.
/// </summary>
internal sealed class ArrayTotals(ChannelLayout layout)
{
    private readonly Moments[] _block = new Moments[ChannelLayout.MaxChannels];
    private readonly Moments[] _channels = new Moments[ChannelLayout.MaxChannels];
    private ElementNumber? _minimum;
    private ElementNumber? _maximum;

    /// <summary>Joins one channel of the next row.</summary>
    public void Add(int channel, Moments moments) => _block[channel] = _block[channel].Join(moments);

    /// <summary>Joins the next rows, of one element each.</summary>
    /// <param name="numbers">The elements.</param>
    /// <param name="deviations">What each deviates from itself, squared: 0, or NaN where it is not finite.</param>
    public void Add(ReadOnlySpan<double> numbers, ReadOnlySpan<double> deviations) => _block[0] = _block[0].JoinEach(numbers, deviations);

    /// <summary>Takes the extremes of the next rows.</summary>
    public void Add(ElementNumber minimum, ElementNumber maximum)
    {
        _minimum = _minimum is { } least ? ElementNumber.Min(least, minimum) : minimum;
        _maximum = _maximum is { } greatest ? ElementNumber.Max(greatest, maximum) : maximum;
    }

    public void EndBlock()
    {
        for (int i = 0; i < layout.Count; i++)
        {
            _channels[i] = _channels[i].Join(_block[i]);
            _block[i] = default;
        }
    }

    /// <param name="count">Elements in all.</param>
    /// <param name="classes">Rows by value, where they were counted.</param>
    public ArrayStatistics Conclude(long count, IReadOnlyList<ClassCount>? classes)
    {
        Moments all = default;
        foreach (Moments channel in _channels)
        {
            all = all.Join(channel);
        }

        bool isMeasured = all.Count > 0;
        return new(
            count,
            _minimum,
            _maximum,
            isMeasured ? ElementNumber.Of(all.Mean) : null,
            isMeasured ? ElementNumber.Of(all.StandardDeviation) : null,
            isMeasured && layout.IsImage
                ? [.. _channels.Take(layout.Count).Select(channel => new ChannelStatistics(ElementNumber.Of(channel.Mean), ElementNumber.Of(channel.StandardDeviation)))]
                : null,
            classes);
    }
}
