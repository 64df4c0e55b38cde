namespace Microtome.Hdf5.FileLevel;

/// <summary>The names of an old-style group (specification III.D).</summary>
internal sealed class LocalHeap
{
    private readonly FieldSizes _sizes;
    private readonly byte[] _data;

    public LocalHeap(FileContext context, long address)
    {
        _sizes = context.Sizes;
        byte[] header = context.File.ReadMetadata(address, 8 + (2 * _sizes.Length) + _sizes.Offset);
        Cursor cursor = new(header, _sizes);
        cursor.Signature("HEAP"u8);
        cursor.Version("the local heap", 0, 0);
        cursor.Skip(3);
        long length = cursor.Length();
        cursor.Skip(_sizes.Length); // free list
        _data = context.File.ReadMetadata(cursor.Address(), length);
    }

    /// <summary>The NUL-ended text at an offset, as bytes.</summary>
    public ReadOnlySpan<byte> Text(long offset)
    {
        Cursor cursor = new(_data, _sizes);
        cursor.Skip(offset);
        return cursor.NullTerminated();
    }
}
