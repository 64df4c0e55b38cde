using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Reading;

/// <summary>One run of bytes in the file.</summary>
internal sealed class ContiguousStorage(BoundedFile file, long address, Dataspace space, int elementBytes) : ArrayStorage(space, elementBytes)
{
    private readonly long[] _origin = new long[space.Dims.Length];

    public override long StoredBytes => PlainBytes;

    public override ValueTask ReadAsync(BoxRequest request, Memory<byte> target, CancellationToken cancellationToken)
    {
        Box box = request.Cut(stackalloc long[Box.SpaceLength], _origin, Space.Dims);
        BoxFileReader.Read(file, address, in box, target.Span);
        return ValueTask.CompletedTask;
    }

    public override bool TryLocate(long start, long length, out long at)
    {
        at = 0;
        if (!Holds(start, length) || start + length > file.BytesFrom(address))
            return false;

        at = address + start;
        return true;
    }
}

/// <summary>Bytes in the object header.</summary>
internal sealed class CompactStorage(ReadOnlyMemory<byte> data, Dataspace space, int elementBytes) : ArrayStorage(space, elementBytes)
{
    private readonly long[] _origin = new long[space.Dims.Length];

    public override long StoredBytes => data.Length;

    public override ValueTask ReadAsync(BoxRequest request, Memory<byte> target, CancellationToken cancellationToken)
    {
        Box box = request.Cut(stackalloc long[Box.SpaceLength], _origin, Space.Dims);
        box.Copy(data.Span, target.Span);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Nothing was ever written: every element is the fill value.</summary>
internal sealed class UnwrittenStorage(FillValue fill, Dataspace space, int elementBytes) : ArrayStorage(space, elementBytes)
{
    private readonly long[] _origin = new long[space.Dims.Length];

    public override long StoredBytes => 0;

    public override ValueTask ReadAsync(BoxRequest request, Memory<byte> target, CancellationToken cancellationToken)
    {
        if (fill.IsUndefined)
            throw new Hdf5FormatException("The array was never written and has no fill value.");

        Box box = request.Cut(stackalloc long[Box.SpaceLength], _origin, Space.Dims, isFill: true);
        Fill(in box, fill, ElementBytes, target.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Puts the fill value wherever the box says.</summary>
    public static void Fill(in Box box, FillValue fill, int elementBytes, Span<byte> target)
    {
        if (fill.IsMisfit)
            throw new Hdf5FormatException($"A fill value of {fill.Bytes.Length} bytes cannot fill elements of {elementBytes}.");

        if (!fill.Bytes.IsEmpty)
            box.Copy(fill.Bytes.Span, target);
        else
            box.Copy(ZeroElements.Get(elementBytes), target);
    }
}
