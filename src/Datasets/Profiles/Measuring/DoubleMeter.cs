using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>
/// Numbers that are no bytes: made double, then measured in pieces that fit the nearest cache, first their mean and then their
/// deviations from it. The elements come from memory once, and nothing cancels. 64-bit integers, which a double does not hold
/// exactly, have their extremes found among themselves.
/// </summary>
internal sealed class DoubleMeter : RowMeter
{
    /// <summary>8 KB of doubles; divisible by 2, 3 and 4 channels.</summary>
    private const int PieceElements = 1020;

    private readonly BoundTransform? _toDouble;
    private readonly double[] _piece = new double[PieceElements];
    private readonly Moments[] _channels = new Moments[ChannelLayout.MaxChannels];
    private readonly bool _is64Bit;
    private ElementNumber? _minimum;
    private ElementNumber? _maximum;

    public DoubleMeter(Dtype dtype)
        : base(dtype)
    {
        // By way of f4 where that is exact, since both steps are vectors.
        string text = dtype.ItemSize <= sizeof(ushort) ? "cast(f4)|cast(f8)" : "cast(f8)";
        _toDouble = dtype == Dtype.Float64 ? null : Transform.Parse(text).Bind(dtype, Shape.Scalar);
        _is64Bit = dtype.IsInteger && dtype.ItemSize == sizeof(long);
    }

    public override ElementNumber Minimum => _minimum ?? ElementNumber.Of(double.NaN);

    public override ElementNumber Maximum => _maximum ?? ElementNumber.Of(double.NaN);

    public override void Begin()
    {
        _channels.AsSpan().Clear();
        (_minimum, _maximum) = (null, null);
    }

    public override void Add(ReadOnlySpan<byte> elements, int channel, int interleaved)
    {
        while (!elements.IsEmpty)
        {
            int count = Math.Min(elements.Length / Dtype.ItemSize, PieceElements);
            ReadOnlySpan<byte> piece = elements[..(count * Dtype.ItemSize)];
            AddPiece(piece, ToDouble(piece, count), channel, interleaved);
            elements = elements[piece.Length..];
        }
    }

    public override Moments Of(int channel) => _channels[channel];

    private ReadOnlySpan<double> ToDouble(ReadOnlySpan<byte> elements, int count)
    {
        Span<double> piece = _piece.AsSpan(0, count);
        if (_toDouble is null)
        {
            elements.CopyTo(MemoryMarshal.AsBytes(piece)); // the source need not be aligned
        }
        else
        {
            _toDouble.Apply(elements, MemoryMarshal.AsBytes(piece), count);
        }

        return piece;
    }

    private void AddPiece(ReadOnlySpan<byte> elements, ReadOnlySpan<double> values, int channel, int interleaved)
    {
        Span<double> sums = stackalloc double[ChannelLayout.MaxChannels];
        Span<double> deviations = stackalloc double[ChannelLayout.MaxChannels];
        (double least, double greatest) = DoublePasses.Sum(values, sums[..interleaved]);
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

        AddExtremes(elements, least, greatest);
    }

    private void AddExtremes(ReadOnlySpan<byte> elements, double least, double greatest)
    {
        (ElementNumber low, ElementNumber high) = _is64Bit
            ? Dtype == Dtype.Int64 ? Extremes<long>(elements) : Extremes<ulong>(elements)
            : (ElementNumber.Of(least, Dtype), ElementNumber.Of(greatest, Dtype));
        _minimum = _minimum is { } minimum ? ElementNumber.Min(minimum, low) : low;
        _maximum = _maximum is { } maximum ? ElementNumber.Max(maximum, high) : high;
    }

    private static (ElementNumber Low, ElementNumber High) Extremes<T>(ReadOnlySpan<byte> elements)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>, System.Numerics.IMinMaxValue<T>
    {
        (T least, T greatest) = (T.MaxValue, T.MinValue);
        for (int at = 0; at < elements.Length; at += sizeof(long))
        {
            T value = MemoryMarshal.Read<T>(elements[at..]);
            least = T.Min(least, value);
            greatest = T.Max(greatest, value);
        }

        return (ElementNumber.Of(Int128.CreateChecked(least)), ElementNumber.Of(Int128.CreateChecked(greatest)));
    }
}
