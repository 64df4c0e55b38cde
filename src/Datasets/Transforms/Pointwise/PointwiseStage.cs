namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>A row through a chain of kernels.</summary>
internal sealed class PointwiseStage(PointwiseChain chain, long outputBytes) : Stage(outputBytes)
{
    public override long ScratchBytes => chain.ScratchBytes;

    public override void Run(ReadOnlySpan<byte> row, Span<byte> output, Span<byte> scratch) => chain.Run(row, output, scratch);
}
