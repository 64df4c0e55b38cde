using Microtome.Datasets.Transforms.Pointwise;

namespace Microtome.Datasets.Transforms.Resizing;

/// <summary>Resizes by picking pixels, of whatever dtype, and runs the chain that follows on every line.</summary>
internal sealed class NearestStage : Stage
{
    private readonly ImageSize _from;
    private readonly ImageSize _to;
    private readonly PointwiseChain _chain;
    private readonly PixelPicker _picker;
    private readonly Lazy<int[]> _rows;
    private readonly Lazy<int[]> _columns;

    public NearestStage(ImageSize from, ImageSize to, PointwiseChain chain)
        : base(to.Count * chain.Size)
    {
        _from = from;
        _to = to;
        _chain = chain;
        _picker = PixelPicker.Of((int)Math.Min(int.MaxValue, from.Channels * chain.SourceSize));
        _rows = new(() => Pick(from.Height, to.Height));
        _columns = new(() => Pick(from.Width, to.Width));
    }

    public override long ScratchBytes => (_chain.IsEmpty ? 0 : LineBytes) + _chain.ScratchBytes;

    private long LineBytes => _to.LineCount * _chain.SourceSize;

    public override void Run(ReadOnlySpan<byte> row, Span<byte> output, Span<byte> scratch)
    {
        int fromLine = (int)(_from.LineCount * _chain.SourceSize);
        int toLine = (int)(_to.LineCount * _chain.Size);
        int picked = _chain.IsEmpty ? 0 : (int)LineBytes;
        int previous = -1;
        for (int y = 0; y < _to.Height; y++)
        {
            Span<byte> target = output.Slice(y * toLine, toLine);
            int source = _rows.Value[y];
            if (source == previous)
            {
                output.Slice((y - 1) * toLine, toLine).CopyTo(target);
                continue;
            }

            previous = source;
            Span<byte> line = _chain.IsEmpty ? target : scratch[..picked];
            _picker.Pick(row.Slice(source * fromLine, fromLine), line, _columns.Value);
            if (!_chain.IsEmpty)
            {
                _chain.Run(line, target, scratch[picked..]);
            }
        }
    }

    /// <summary>The old pixel under each new centre. The centres are summed up rather than multiplied, as Pillow does: where one falls
    /// on a border between pixels, rounding decides, and has to decide alike.</summary>
    private static int[] Pick(int oldLength, int newLength)
    {
        int[] picked = new int[newLength];
        double scale = (double)oldLength / newLength;
        double centre = scale * 0.5;
        for (int i = 0; i < newLength; i++)
        {
            picked[i] = Math.Min((int)centre, oldLength - 1);
            centre += scale;
        }

        return picked;
    }
}
