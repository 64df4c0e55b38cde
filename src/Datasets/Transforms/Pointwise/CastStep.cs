using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>A change of dtype, the same for all channels.</summary>
internal sealed class CastStep(Dtype from, Dtype to, Kernel kernel) : PointwiseStep(from, to)
{
    public override int Channels => 1;

    public override Kernel Interleaved() => kernel;

    public override Kernel Plane(int channel) => kernel;
}
