using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>A step of a chain that changes every element by itself, bound to the dtype that reaches it.</summary>
internal abstract class PointwiseStep(Dtype from, Dtype to)
{
    public Dtype From { get; } = from;

    public Dtype To { get; } = to;

    /// <summary>How many channels have constants of their own; 1 where all are taken alike.</summary>
    public abstract int Channels { get; }

    /// <summary>For elements whose channels alternate: the last axis is the channels'.</summary>
    public abstract Kernel Interleaved();

    /// <summary>For elements that all belong to one channel.</summary>
    public abstract Kernel Plane(int channel);
}
