using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// A strided box to be copied from stored bytes to a destination: for each axis a count and the byte strides on either side, and at
/// the bottom runs of plain bytes. Axes are added from the innermost outwards; those that continue each other are joined, so that a
/// box that is contiguous on both sides is one run. Bounds are held once for the whole box, then the copy loops run unchecked.
/// </summary>
internal ref struct Box
{
    /// <summary>Axes of a dataset and of array datatypes together, and one for the parts of a complex number.</summary>
    public const int MaxAxes = 33;

    private readonly Span<long> _counts;
    private readonly Span<long> _sourceStrides;
    private readonly Span<long> _targetStrides;
    private int _axes;

    /// <param name="space">Room for the axes: <c>stackalloc long[Box.SpaceLength]</c>.</param>
    /// <param name="unitBytes">Bytes of the innermost plain run.</param>
    public Box(Span<long> space, long unitBytes)
    {
        _counts = space[..MaxAxes];
        _sourceStrides = space.Slice(MaxAxes, MaxAxes);
        _targetStrides = space.Slice(2 * MaxAxes, MaxAxes);
        RunBytes = unitBytes;
    }

    public static int SpaceLength => 3 * MaxAxes;

    public long SourceOffset { get; set; }

    public long TargetOffset { get; set; }

    /// <summary>Bytes of the innermost plain run, joined axes included.</summary>
    public long RunBytes { get; private set; }

    public readonly int Axes => _axes;

    public readonly long Count(int axis) => _counts[axis];

    public readonly long SourceStride(int axis) => _sourceStrides[axis];

    public readonly long TargetStride(int axis) => _targetStrides[axis];

    public void Add(long count, long sourceStride, long targetStride)
    {
        if (count == 1)
            return;

        if (_axes == 0 && sourceStride == RunBytes && targetStride == RunBytes)
        {
            RunBytes *= count;
            return;
        }

        int last = _axes - 1;
        if (last >= 0 && sourceStride == _sourceStrides[last] * _counts[last] && targetStride == _targetStrides[last] * _counts[last])
        {
            _counts[last] *= count;
            return;
        }

        _counts[_axes] = count;
        _sourceStrides[_axes] = sourceStride;
        _targetStrides[_axes++] = targetStride;
    }

    /// <summary>Bytes from the first to the last selected byte of the source, over the axes below <paramref name="axes"/>.</summary>
    public readonly long SourceExtent(int axes) => Extent(_sourceStrides, axes, axes == 0 ? 1 : _counts[axes - 1]);

    /// <summary>Selected bytes, over the axes below <paramref name="axes"/>.</summary>
    public readonly long SelectedBytes(int axes)
    {
        long bytes = RunBytes;
        for (int axis = 0; axis < axes; axis++)
            bytes *= _counts[axis];

        return bytes;
    }

    /// <summary>Copies the whole box.</summary>
    public readonly void Copy(ReadOnlySpan<byte> source, Span<byte> target) =>
        Copy(source, SourceOffset, target, TargetOffset, _axes, _axes == 0 ? 1 : _counts[_axes - 1]);

    /// <summary>
    /// Copies the part of the box below <paramref name="axes"/> that starts at these offsets, of its outermost axis only
    /// <paramref name="outerCount"/> steps.
    /// </summary>
    public readonly void Copy(ReadOnlySpan<byte> source, long sourceOffset, Span<byte> target, long targetOffset, int axes, long outerCount)
    {
        if (sourceOffset < 0 || targetOffset < 0 || Extent(_sourceStrides, axes, outerCount) > source.Length - sourceOffset
            || Extent(_targetStrides, axes, outerCount) > target.Length - targetOffset)
            throw new Hdf5FormatException("A selection does not lie in the stored bytes.");

        ref byte from = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), (nint)sourceOffset);
        ref byte to = ref Unsafe.Add(ref MemoryMarshal.GetReference(target), (nint)targetOffset);
        if (axes == 0)
        {
            Unsafe.CopyBlockUnaligned(ref to, ref from, (uint)RunBytes);
            return;
        }

        Span<long> position = stackalloc long[axes];
        position.Clear();
        nint fromAt = 0;
        nint toAt = 0;
        while (true)
        {
            CopyRuns(ref Unsafe.Add(ref from, fromAt), ref Unsafe.Add(ref to, toAt), axes == 1 ? outerCount : _counts[0]);
            int axis = 1;
            for (; axis < axes; axis++)
            {
                fromAt += (nint)_sourceStrides[axis];
                toAt += (nint)_targetStrides[axis];
                long count = axis == axes - 1 ? outerCount : _counts[axis];
                if (++position[axis] < count)
                    break;

                fromAt -= (nint)(_sourceStrides[axis] * count);
                toAt -= (nint)(_targetStrides[axis] * count);
                position[axis] = 0;
            }

            if (axis >= axes)
                return;
        }
    }

    private readonly void CopyRuns(ref byte from, ref byte to, long runs)
    {
        nint fromStep = (nint)_sourceStrides[0];
        nint toStep = (nint)_targetStrides[0];
        nint count = (nint)runs;
        switch (RunBytes)
        {
            case 1:
                CopyElements<byte>(ref from, ref to, fromStep, toStep, count);
                break;
            case 2:
                CopyElements<ushort>(ref from, ref to, fromStep, toStep, count);
                break;
            case 4:
                CopyElements<uint>(ref from, ref to, fromStep, toStep, count);
                break;
            case 8:
                CopyElements<ulong>(ref from, ref to, fromStep, toStep, count);
                break;
            case 16:
                CopyElements<UInt128>(ref from, ref to, fromStep, toStep, count);
                break;
            default:
                for (nint i = 0; i < count; i++)
                    Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref to, i * toStep), ref Unsafe.Add(ref from, i * fromStep), (uint)RunBytes);
                break;
        }
    }

    private static void CopyElements<T>(ref byte from, ref byte to, nint fromStep, nint toStep, nint count)
        where T : unmanaged
    {
        // A fill value, over and over.
        if (fromStep == 0 && toStep == Unsafe.SizeOf<T>())
        {
            T value = Unsafe.ReadUnaligned<T>(ref from);
            for (nint i = 0; i < count; i++)
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, i * Unsafe.SizeOf<T>()), value);

            return;
        }

        for (nint i = 0; i < count; i++)
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, i * toStep), Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref from, i * fromStep)));
    }

    private readonly long Extent(ReadOnlySpan<long> strides, int axes, long outerCount)
    {
        long extent = RunBytes;
        for (int axis = 0; axis < axes; axis++)
            extent += ((axis == axes - 1 ? outerCount : _counts[axis]) - 1) * strides[axis];

        return extent;
    }
}
