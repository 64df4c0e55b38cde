using System.Numerics;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>Real to complex: the imaginary part is zero.</summary>
internal sealed class ComplexKernel<T> : Kernel<T, T>
    where T : unmanaged, INumber<T>
{
    protected override void Run(ReadOnlySpan<T> source, Span<T> destination)
    {
        for (int i = 0; i < source.Length; i++)
        {
            destination[2 * i] = source[i];
            destination[(2 * i) + 1] = T.Zero;
        }
    }
}
