using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>A step of a chain that changes every element by itself, bound to the dtype that reaches it.</summary>
internal abstract class PointwiseStep(Dtype from, Dtype to)
{
    public Dtype From { get; } = from;

    public Dtype To { get; } = to;

    /// <summary>Whether the channels have constants of their own.</summary>
    public abstract bool IsPerChannel { get; }

    /// <summary>For elements whose channels alternate: the last axis is the channels'.</summary>
    public abstract Kernel Interleaved();

    /// <summary>For elements that all belong to one channel.</summary>
    public abstract Kernel Plane(int channel);
}
