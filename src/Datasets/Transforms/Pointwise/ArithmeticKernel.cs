using System.Numerics;
using System.Runtime.InteropServices;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>x ∘ constant in single or double precision.</summary>
internal sealed class ArithmeticKernel<T, TOperator>(double[] constants) : Kernel
    where T : unmanaged, INumber<T>
    where TOperator : struct, IOperator
{
    private readonly ChannelConstants<T> _constants = new(constants);

    public override void Run(ReadOnlySpan<byte> source, Span<byte> destination, long offset)
    {
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(source);
        Span<T> to = MemoryMarshal.Cast<byte, T>(destination)[..from.Length];
        if (_constants.Channels == 1)
        {
            RunUniform(from, to, _constants[0]);
        }
        else
        {
            RunChannels(from, to, (int)(offset % _constants.Channels));
        }
    }

    private static void RunUniform(ReadOnlySpan<T> from, Span<T> to, T constant)
    {
        Vector<T> constants = new(constant);
        ref T source = ref MemoryMarshal.GetReference(from);
        ref T destination = ref MemoryMarshal.GetReference(to);
        int i = 0;
        for (; i <= from.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            TOperator.Apply(Vector.LoadUnsafe(ref source, (nuint)i), constants).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < from.Length; i++)
        {
            to[i] = TOperator.Apply(from[i], constant);
        }
    }

    private void RunChannels(ReadOnlySpan<T> from, Span<T> to, int channel)
    {
        ref T source = ref MemoryMarshal.GetReference(from);
        ref T destination = ref MemoryMarshal.GetReference(to);
        int step = Vector<T>.Count % _constants.Channels;
        int i = 0;
        for (; i <= from.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            TOperator.Apply(Vector.LoadUnsafe(ref source, (nuint)i), _constants.Load(channel)).StoreUnsafe(ref destination, (nuint)i);
            channel = _constants.Next(channel, step);
        }

        for (; i < from.Length; i++)
        {
            to[i] = TOperator.Apply(from[i], _constants[channel]);
            channel = _constants.Next(channel, 1);
        }
    }
}
