using Microtome.Datasets.Transforms.Pointwise;

namespace Microtome.Datasets.Transforms.Layouts;

/// <summary>
/// Moves a row's channels to the front or to the end and runs the chain that follows on what was moved, a block of pixels at a time.
/// </summary>
internal sealed class LayoutStage : Stage
{
    /// <summary>Pixels in a block at most: a plane's part of it fits a chain's block in any dtype.</summary>
    private const int MaxBlockPixels = PointwiseChain.BlockBytes / 16;

    /// <summary>Pixels in a block at least, however many channels: one call of a kernel has to pay.</summary>
    private const int MinBlockPixels = 16;

    private readonly bool _toFront;
    private readonly long _pixels;
    private readonly long _channels;
    private readonly Transposition _transposition;
    private readonly PointwiseChain[] _chains;

    /// <param name="order">Where the channels go.</param>
    /// <param name="pixels">Elements of one channel.</param>
    /// <param name="channels">How many there are.</param>
    /// <param name="chains">What follows: one chain for all, or (to the front only) one a channel.</param>
    public LayoutStage(AxisOrder order, long pixels, long channels, PointwiseChain[] chains)
        : base(pixels * channels * chains[0].Size)
    {
        _toFront = order == AxisOrder.ChannelsFirst;
        _pixels = pixels;
        _channels = channels;
        _chains = chains;
        _transposition = Transposition.Of(chains[0].SourceSize);
        long pixelBytes = Math.Max(1, channels * chains[0].SourceSize);
        BlockPixels = Math.Min(pixels, Math.Clamp(2 * PointwiseChain.BlockBytes / pixelBytes, MinBlockPixels, MaxBlockPixels));
        MovedBytes = chains[0].IsEmpty ? 0 : BlockPixels * pixelBytes;
    }

    public override long ScratchBytes => MovedBytes + _chains[0].ScratchBytes;

    private long BlockPixels { get; }

    private long MovedBytes { get; }

    public override void Run(ReadOnlySpan<byte> row, Span<byte> output, Span<byte> scratch)
    {
        int pixels = (int)_pixels;
        int channels = (int)_channels;
        if (_chains[0].IsEmpty)
        {
            Move(row, output, pixels, pixels);
            return;
        }

        Span<byte> moved = scratch[..(int)MovedBytes];
        scratch = scratch[(int)MovedBytes..];
        for (int start = 0; start < pixels;)
        {
            int count = (int)Math.Min(BlockPixels, pixels - start);
            int size = _chains[0].SourceSize;
            if (_toFront)
            {
                Move(row.Slice(start * channels * size, count * channels * size), moved, count, count);
                FinishPlanes(moved, output, scratch, start, count);
            }
            else
            {
                Move(row[(start * size)..], moved, pixels, count);
                Span<byte> target = output.Slice(start * channels * _chains[0].Size, count * channels * _chains[0].Size);
                _chains[0].Run(moved[..(count * channels * size)], target, scratch);
            }

            start += count;
        }
    }

    /// <summary><paramref name="planeStride"/> is how many elements lie between the starts of two planes.</summary>
    private void Move(ReadOnlySpan<byte> source, Span<byte> destination, int planeStride, int pixels)
    {
        int channels = (int)_channels;
        if (_toFront)
        {
            _transposition.Run(source, channels, destination, planeStride, pixels, channels);
        }
        else
        {
            _transposition.Run(source, planeStride, destination, channels, channels, pixels);
        }
    }

    private void FinishPlanes(ReadOnlySpan<byte> moved, Span<byte> output, Span<byte> scratch, int start, int count)
    {
        int bytes = count * _chains[0].SourceSize;
        for (int channel = 0; channel < (int)_channels; channel++)
        {
            PointwiseChain chain = _chains[_chains.Length == 1 ? 0 : channel];
            int at = ((channel * (int)_pixels) + start) * chain.Size;
            chain.Run(moved.Slice(channel * bytes, bytes), output.Slice(at, count * chain.Size), scratch);
        }
    }
}
