using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Formats;

/// <summary>
/// Collects a strided box of elements from a file, by as few reads as are worth their bytes: where the elements lie close
/// together, one read covers them and they are picked from memory; where they lie apart, each part is read by itself.
/// </summary>
internal readonly ref struct StridedReader(FileRun data, ArraySpec spec, ElementOrder order)
{
    /// <summary>The most that one covering read may take into memory.</summary>
    private const int MaxCover = 256 * 1024;

    /// <summary>A system call costs about as much as copying this many bytes: reading that many in vain is no loss.</summary>
    private const long CallCostBytes = 4096;

    /// <summary>How many bytes may be read for each that is wanted.</summary>
    private const long MaxWaste = 16;

    private readonly FileRun _data = data;

    /// <summary>Reads rows [row, row + count) × inner into destination, in C order.</summary>
    public void Read(long row, long count, Region inner, Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        int rank = spec.Shape.Rank;
        Span<Axis> axes = stackalloc Axis[Math.Max(rank, 1)];
        axes = axes[..FillAxes(row, count, inner, axes, out long start)];
        int contiguous = Merge(ref axes);
        ReadBox(axes, contiguous, start, destination);
    }

    /// <summary>One axis in file order, slowest first: how many indices, and how far apart in the file and in the destination (bytes).</summary>
    private readonly record struct Axis(long Count, long FileStride, long TargetStride);

    private int FillAxes(long row, long count, Region inner, Span<Axis> axes, out long start)
    {
        int rank = spec.Shape.Rank;
        int item = spec.Dtype.ItemSize;
        start = 0;
        long targetStride = item;
        Span<long> fileStrides = stackalloc long[rank];
        long stride = item;
        for (int i = 0; i < rank; i++)
        {
            int axis = order == ElementOrder.C ? rank - 1 - i : i;
            fileStrides[axis] = stride;
            stride *= spec.Shape[axis];
        }

        for (int axis = rank - 1; axis >= 0; axis--)
        {
            AxisRange range = axis == 0 ? new(row, count) : inner.Axes[axis - 1];
            start += range.Start * fileStrides[axis];
            int slot = order == ElementOrder.C ? axis : rank - 1 - axis;
            axes[slot] = new(range.Count, fileStrides[axis] * range.Step, targetStride);
            targetStride *= range.Count;
        }

        return rank;
    }

    /// <summary>Folds axes that lie without gaps both in the file and in the destination into one run; returns its bytes.</summary>
    private int Merge(ref Span<Axis> axes)
    {
        long run = spec.Dtype.ItemSize;
        while (axes.Length > 0 && axes[^1] is var last && (last.Count == 1 || (last.FileStride == run && last.TargetStride == run)))
        {
            run *= last.Count;
            axes = axes[..^1];
        }

        return checked((int)run); // No longer than the destination, which is a span.
    }

    private void ReadBox(ReadOnlySpan<Axis> axes, int run, long offset, Span<byte> target)
    {
        if (axes.IsEmpty)
        {
            _data.CopyTo(offset, target[..run]);
            return;
        }

        long cover = run;
        long wanted = run;
        foreach (Axis axis in axes)
        {
            cover += (axis.Count - 1) * axis.FileStride;
            wanted *= axis.Count;
        }

        // As many reads as there are runs is the alternative.
        if (cover <= MaxCover && cover <= Math.Max(MaxWaste * wanted, CallCostBytes * (wanted / run)))
        {
            byte[] scratch = ArrayPool<byte>.Shared.Rent((int)cover);
            try
            {
                _data.CopyTo(offset, scratch.AsSpan(0, (int)cover));
                Pick(axes, run, scratch, target);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(scratch);
            }

            return;
        }

        // Too wide for one read: along the slowest axis, in groups that a covering read still holds.
        Axis first = axes[0];
        long group = axes.Length == 1 ? Math.Clamp((MaxCover - run) / first.FileStride, 1, first.Count) : 1;
        if (first.FileStride > Math.Max(MaxWaste * run, CallCostBytes))
        {
            group = 1;
        }

        Span<Axis> part = stackalloc Axis[axes.Length];
        axes.CopyTo(part);
        for (long index = 0; index < first.Count; index += group)
        {
            long taken = Math.Min(group, first.Count - index);
            part[0] = first with { Count = taken };
            ReadBox(taken == 1 ? part[1..] : part, run, offset + (index * first.FileStride), target[(int)(index * first.TargetStride)..]);
        }
    }

    private static void Pick(ReadOnlySpan<Axis> axes, int run, ReadOnlySpan<byte> source, Span<byte> target)
    {
        Axis first = axes[0];
        if (axes.Length > 1)
        {
            for (int index = 0; index < first.Count; index++)
            {
                Pick(axes[1..], run, source[(int)(index * first.FileStride)..], target[(int)(index * first.TargetStride)..]);
            }

            return;
        }

        int count = (int)first.Count;
        int from = (int)first.FileStride;
        int to = (int)first.TargetStride;
        switch (run)
        {
            case 1:
                PickElements<byte>(source, from, target, to, count);
                break;
            case 2:
                PickElements<ushort>(source, from, target, to, count);
                break;
            case 4:
                PickElements<uint>(source, from, target, to, count);
                break;
            case 8:
                PickElements<ulong>(source, from, target, to, count);
                break;
            default:
                for (int index = 0; index < count; index++)
                {
                    source.Slice(index * from, run).CopyTo(target[(index * to)..]);
                }

                break;
        }
    }

    private static void PickElements<T>(ReadOnlySpan<byte> source, int from, Span<byte> target, int to, int count)
        where T : unmanaged
    {
        for (int index = 0; index < count; index++)
        {
            T element = MemoryMarshal.Read<T>(source[(index * from)..]);
            Unsafe.WriteUnaligned(ref target[index * to], element);
        }
    }
}
