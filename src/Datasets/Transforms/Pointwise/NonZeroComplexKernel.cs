using System.Numerics;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>Complex to bool: whether either part differs from zero.</summary>
internal sealed class NonZeroComplexKernel<T> : Kernel<T, byte>
    where T : unmanaged, INumber<T>
{
    protected override void Run(ReadOnlySpan<T> source, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = source[2 * i] != T.Zero || source[(2 * i) + 1] != T.Zero ? (byte)1 : (byte)0;
        }
    }
}
