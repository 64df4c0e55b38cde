using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microtome.Hdf5.Filters;

/// <summary>
/// Shuffle (filter 2): all first bytes of the elements, then all second bytes, and so on; bytes that make no whole element stay
/// at the end as they are.
/// </summary>
internal sealed class ShuffleFilter(int elementSize) : ChunkFilter
{
    public override int? Growth => 0;

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length > output.Length)
        {
            throw new Hdf5FormatException($"A shuffled chunk has {input.Length} bytes, more than the {output.Length} it should.");
        }

        output = output[..input.Length];
        int count = elementSize > 1 ? input.Length / elementSize : 0;
        if (count < 2)
        {
            input.CopyTo(output);
            return input.Length;
        }

        int whole = count * elementSize;
        switch (elementSize)
        {
            case 2:
                Interleave2(input, output, count);
                break;
            case 4:
                Interleave4(input, output, count);
                break;
            case 8:
                Interleave8(input, output, count);
                break;
            default:
                InterleaveAny(input, output, elementSize, 0, count);
                break;
        }

        input[whole..].CopyTo(output[whole..]);
        return input.Length;
    }

    private static void Interleave2(ReadOnlySpan<byte> input, Span<byte> output, int count)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i + 16 <= count; i += 16)
            {
                (Vector128<byte> low, Vector128<byte> high) = Zip(Load(input, i), Load(input, count + i));
                low.CopyTo(output[(2 * i)..]);
                high.CopyTo(output[((2 * i) + 16)..]);
            }
        }

        InterleaveAny(input, output, 2, i, count);
    }

    private static void Interleave4(ReadOnlySpan<byte> input, Span<byte> output, int count)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i + 16 <= count; i += 16)
            {
                (Vector128<byte> low0, Vector128<byte> high0) = Zip(Load(input, i), Load(input, (2 * count) + i));
                (Vector128<byte> low1, Vector128<byte> high1) = Zip(Load(input, count + i), Load(input, (3 * count) + i));
                Span<byte> target = output.Slice(4 * i, 64);
                Store(Zip(low0, low1), target);
                Store(Zip(high0, high1), target[32..]);
            }
        }

        InterleaveAny(input, output, 4, i, count);
    }

    private static void Interleave8(ReadOnlySpan<byte> input, Span<byte> output, int count)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i + 16 <= count; i += 16)
            {
                // Planes four apart first, then two apart, then neighbours: after three rounds each element lies together.
                (Vector128<byte> a0, Vector128<byte> a1) = Zip(Load(input, i), Load(input, (4 * count) + i));
                (Vector128<byte> b0, Vector128<byte> b1) = Zip(Load(input, count + i), Load(input, (5 * count) + i));
                (Vector128<byte> c0, Vector128<byte> c1) = Zip(Load(input, (2 * count) + i), Load(input, (6 * count) + i));
                (Vector128<byte> d0, Vector128<byte> d1) = Zip(Load(input, (3 * count) + i), Load(input, (7 * count) + i));
                Span<byte> target = output.Slice(8 * i, 128);
                StoreQuarter(Zip(a0, c0), Zip(b0, d0), target);
                StoreQuarter(Zip(a1, c1), Zip(b1, d1), target[64..]);
            }
        }

        InterleaveAny(input, output, 8, i, count);
    }

    private static void StoreQuarter((Vector128<byte> Low, Vector128<byte> High) even, (Vector128<byte> Low, Vector128<byte> High) odd, Span<byte> target)
    {
        Store(Zip(even.Low, odd.Low), target);
        Store(Zip(even.High, odd.High), target[32..]);
    }

    private static void InterleaveAny(ReadOnlySpan<byte> input, Span<byte> output, int size, int from, int count)
    {
        for (int plane = 0; plane < size; plane++)
        {
            ReadOnlySpan<byte> bytes = input.Slice(plane * count, count);
            for (int i = from, at = (from * size) + plane; i < bytes.Length; i++, at += size)
            {
                output[at] = bytes[i];
            }
        }
    }

    private static Vector128<byte> Load(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<Vector128<byte>>(bytes[at..]);

    private static void Store((Vector128<byte> Low, Vector128<byte> High) pair, Span<byte> target)
    {
        pair.Low.CopyTo(target);
        pair.High.CopyTo(target[16..]);
    }

    /// <summary>a0 b0 a1 b1 …: the lower halves, then the upper ones.</summary>
    private static (Vector128<byte> Low, Vector128<byte> High) Zip(Vector128<byte> a, Vector128<byte> b)
    {
        if (System.Runtime.Intrinsics.X86.Sse2.IsSupported)
        {
            return (System.Runtime.Intrinsics.X86.Sse2.UnpackLow(a, b), System.Runtime.Intrinsics.X86.Sse2.UnpackHigh(a, b));
        }

        if (System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported)
        {
            return (System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.ZipLow(a, b), System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.ZipHigh(a, b));
        }

        (Vector128<ushort> a0, Vector128<ushort> a1) = Vector128.Widen(a);
        (Vector128<ushort> b0, Vector128<ushort> b1) = Vector128.Widen(b);
        return ((a0 | (b0 << 8)).AsByte(), (a1 | (b1 << 8)).AsByte());
    }
}
