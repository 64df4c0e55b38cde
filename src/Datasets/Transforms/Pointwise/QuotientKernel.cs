using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>
/// x / constant in single precision, without the processor's slow division: a product with the reciprocal, corrected once by its
/// exact remainder. Right to the last bit for nearly all operands, but not for all: it is only ever used where every operand that
/// can come has been tried (<see cref="ByteQuotients"/>).
/// </summary>
internal sealed class QuotientKernel(double[] divisors) : Kernel
{
    private readonly ChannelConstants<float> _divisors = new(divisors);
    private readonly ChannelConstants<float> _reciprocals = new(Array.ConvertAll(divisors, divisor => (double)(1 / (float)divisor)));

    /// <summary>Without a fused multiply-add the remainder is not exact.</summary>
    public static bool IsSupported => Fma.IsSupported || AdvSimd.IsSupported;

    public double[] Divisors { get; } = divisors;

    public override void Run(ReadOnlySpan<byte> source, Span<byte> destination, long offset)
    {
        ReadOnlySpan<float> from = MemoryMarshal.Cast<byte, float>(source);
        Span<float> to = MemoryMarshal.Cast<byte, float>(destination)[..from.Length];
        ref float first = ref MemoryMarshal.GetReference(from);
        ref float target = ref MemoryMarshal.GetReference(to);
        int channels = _divisors.Channels;
        int channel = (int)(offset % channels);
        int i = 0;
        while (i <= from.Length - (channels * Vector<float>.Count))
        {
            for (int index = 0; index < channels; index++)
            {
                Vector<float> x = Vector.LoadUnsafe(ref first, (nuint)i);
                Vector<float> reciprocal = _reciprocals.Load(channel, index);
                Vector<float> quotient = x * reciprocal;
                Vector<float> remainder = Vector.FusedMultiplyAdd(-quotient, _divisors.Load(channel, index), x);
                Vector.FusedMultiplyAdd(remainder, reciprocal, quotient).StoreUnsafe(ref target, (nuint)i);
                i += Vector<float>.Count;
            }
        }

        for (; i < from.Length; i++)
        {
            to[i] = from[i] / _divisors.At(channel, i);
        }
    }
}
