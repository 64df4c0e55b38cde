using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>x ∘ constant, with one constant for all or one a channel. The constants are exact in the dtype.</summary>
internal sealed class ArithmeticStep<TOperator>(Dtype dtype, double[] constants) : PointwiseStep(dtype, dtype)
    where TOperator : struct, IOperator
{
    public override int Channels => constants.Length;

    public override Kernel Interleaved() => Make(constants);

    public override Kernel Plane(int channel) => Make(Channels > 1 ? [constants[channel]] : constants);

    private Kernel Make(double[] values) => From.ItemSize switch
    {
        2 => new HalfArithmeticKernel<TOperator>(values),
        4 => new ArithmeticKernel<float, TOperator>(values),
        _ => new ArithmeticKernel<double, TOperator>(values),
    };
}
