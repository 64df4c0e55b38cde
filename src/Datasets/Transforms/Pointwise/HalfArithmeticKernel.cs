using System.Numerics;
using System.Runtime.InteropServices;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>x ∘ constant in half precision, as NumPy does it: computed in single precision and rounded to half, each time.</summary>
internal sealed class HalfArithmeticKernel<TOperator>(double[] constants) : Kernel
    where TOperator : struct, IOperator
{
    private readonly ChannelConstants<float> _constants = new(constants);

    public override void Run(ReadOnlySpan<byte> source, Span<byte> destination, long offset)
    {
        ReadOnlySpan<ushort> from = MemoryMarshal.Cast<byte, ushort>(source);
        Span<ushort> to = MemoryMarshal.Cast<byte, ushort>(destination)[..from.Length];
        ref ushort first = ref MemoryMarshal.GetReference(from);
        ref ushort target = ref MemoryMarshal.GetReference(to);
        int channels = _constants.Channels;
        int channel = (int)(offset % channels);
        int index = 0;
        int i = 0;
        for (; i <= from.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            (Vector<float> lower, Vector<float> upper) = HalfVectors.Widen(Vector.LoadUnsafe(ref first, (nuint)i));
            lower = TOperator.Apply(lower, _constants.Load(channel, index));
            index = index + 1 == channels ? 0 : index + 1;
            upper = TOperator.Apply(upper, _constants.Load(channel, index));
            index = index + 1 == channels ? 0 : index + 1;
            HalfVectors.Narrow(lower, upper).StoreUnsafe(ref target, (nuint)i);
        }

        for (; i < from.Length; i++)
        {
            to[i] = HalfBits.FromSingle(TOperator.Apply(HalfBits.ToSingle(from[i]), _constants.At(channel, i)));
        }
    }
}
