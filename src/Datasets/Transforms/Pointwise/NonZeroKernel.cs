using System.Numerics;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>To bool: whether it differs from zero. NaN does, as in NumPy.</summary>
internal sealed class NonZeroKernel<T> : Kernel<T, byte>
    where T : unmanaged, INumber<T>
{
    protected override void Run(ReadOnlySpan<T> source, Span<byte> destination)
    {
        destination = destination[..source.Length];
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = source[i] != T.Zero ? (byte)1 : (byte)0;
        }
    }
}
