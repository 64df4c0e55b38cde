using System.Numerics;
using System.Runtime.InteropServices;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>x ∘ constant in single or double precision.</summary>
internal sealed class ArithmeticKernel<T, TOperator>(double[] constants) : Kernel
    where T : unmanaged, INumber<T>
    where TOperator : struct, IOperator
{
    private readonly ChannelConstants<T> _constants = new(constants);

    /// <summary>One for all channels, or one each.</summary>
    public double[] Constants { get; } = constants;

    public override void Run(ReadOnlySpan<byte> source, Span<byte> destination, long offset)
    {
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(source);
        Span<T> to = MemoryMarshal.Cast<byte, T>(destination)[..from.Length];
        int channel = (int)(offset % _constants.Channels);
        int done = _constants.Channels == 1 ? RunUniform(from, to, _constants.Load(0, 0)) : RunChannels(from, to, channel);
        for (int i = done; i < from.Length; i++)
        {
            to[i] = TOperator.Apply(from[i], _constants.At(channel, i));
        }
    }

    private static int RunUniform(ReadOnlySpan<T> from, Span<T> to, Vector<T> constant)
    {
        ref T source = ref MemoryMarshal.GetReference(from);
        ref T destination = ref MemoryMarshal.GetReference(to);
        int i = 0;
        for (; i <= from.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            TOperator.Apply(Vector.LoadUnsafe(ref source, (nuint)i), constant).StoreUnsafe(ref destination, (nuint)i);
        }

        return i;
    }

    private int RunChannels(ReadOnlySpan<T> from, Span<T> to, int channel)
    {
        ref T source = ref MemoryMarshal.GetReference(from);
        ref T destination = ref MemoryMarshal.GetReference(to);
        int round = _constants.Channels * Vector<T>.Count;
        int i = 0;
        while (i <= from.Length - round)
        {
            for (int index = 0; index < _constants.Channels; index++)
            {
                TOperator.Apply(Vector.LoadUnsafe(ref source, (nuint)i), _constants.Load(channel, index)).StoreUnsafe(ref destination, (nuint)i);
                i += Vector<T>.Count;
            }
        }

        return i;
    }
}
