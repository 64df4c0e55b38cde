using System.Runtime.InteropServices;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>A cast a few vectors at a time; the rest, one element at a time, comes out the same.</summary>
internal sealed class VectorKernel<TFrom, TTo, TConversion> : Kernel<TFrom, TTo>
    where TFrom : unmanaged
    where TTo : unmanaged
    where TConversion : struct, IVectorConversion<TFrom, TTo>
{
    protected override void Run(ReadOnlySpan<TFrom> source, Span<TTo> destination)
    {
        destination = destination[..source.Length];
        ref TFrom from = ref MemoryMarshal.GetReference(source);
        ref TTo to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        for (; i <= source.Length - TConversion.Width; i += TConversion.Width)
        {
            TConversion.Convert(ref from, ref to, (nuint)i);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = TConversion.Convert(source[i]);
        }
    }
}
