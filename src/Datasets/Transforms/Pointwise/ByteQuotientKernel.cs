using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>
/// <c>cast(f4)|div(d)</c> of bytes in one pass, which is what most pictures go through. The quotient is that of
/// <see cref="QuotientKernel"/>, and as there, only for divisors that were tried on every byte.
/// </summary>
internal sealed class ByteQuotientKernel(float divisor) : Kernel<byte, float>
{
    protected override void Run(ReadOnlySpan<byte> source, Span<float> destination)
    {
        destination = destination[..source.Length];
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref float to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= source.Length - Vector512<byte>.Count; i += Vector512<byte>.Count)
            {
                (Vector512<ushort> lower, Vector512<ushort> upper) = Vector512.Widen(Vector512.LoadUnsafe(ref from, (nuint)i));
                Store(lower, ref to, (nuint)i);
                Store(upper, ref to, (nuint)(i + Vector512<ushort>.Count));
            }
        }

        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<ushort> lower, out Vector<ushort> upper);
            Store(lower, ref to, (nuint)i);
            Store(upper, ref to, (nuint)(i + Vector<ushort>.Count));
        }

        for (; i < source.Length; i++)
        {
            destination[i] = source[i] / divisor;
        }
    }

    private void Store(Vector512<ushort> values, ref float to, nuint at)
    {
        (Vector512<uint> lower, Vector512<uint> upper) = Vector512.Widen(values);
        Divide(Vector512.ConvertToSingle(lower.AsInt32())).StoreUnsafe(ref to, at);
        Divide(Vector512.ConvertToSingle(upper.AsInt32())).StoreUnsafe(ref to, at + (nuint)Vector512<float>.Count);
    }

    private void Store(Vector<ushort> values, ref float to, nuint at)
    {
        Vector.Widen(values, out Vector<uint> lower, out Vector<uint> upper);
        Divide(Vector.ConvertToSingle(Vector.AsVectorInt32(lower))).StoreUnsafe(ref to, at);
        Divide(Vector.ConvertToSingle(Vector.AsVectorInt32(upper))).StoreUnsafe(ref to, at + (nuint)Vector<float>.Count);
    }

    private Vector512<float> Divide(Vector512<float> x)
    {
        Vector512<float> reciprocal = Vector512.Create(1 / divisor);
        Vector512<float> quotient = x * reciprocal;
        Vector512<float> remainder = Vector512.FusedMultiplyAdd(quotient, Vector512.Create(-divisor), x);
        return Vector512.FusedMultiplyAdd(remainder, reciprocal, quotient);
    }

    private Vector<float> Divide(Vector<float> x)
    {
        Vector<float> reciprocal = new(1 / divisor);
        Vector<float> quotient = x * reciprocal;
        Vector<float> remainder = Vector.FusedMultiplyAdd(quotient, new Vector<float>(-divisor), x);
        return Vector.FusedMultiplyAdd(remainder, reciprocal, quotient);
    }
}
