namespace Microtome.Hdf5.FileLevel;

/// <summary>
/// Metadata that libhdf5 wrote in one block when it closed the file, and not where it belongs: pieces by their addresses, which take
/// the place of what the file holds there. Header message 0x18 of the superblock extension says where the block is; its layout is
/// that of libhdf5 1.10 and later. Immutable.
/// </summary>
internal sealed class MetadataCacheImage
{
    private readonly List<(long Address, ReadOnlyMemory<byte> Bytes)> _pieces = [];

    /// <param name="context">The file, as it is without the image.</param>
    /// <param name="address">Where the block lies.</param>
    /// <param name="length">The block's bytes.</param>
    /// <exception cref="Hdf5FormatException">The block is damaged.</exception>
    public MetadataCacheImage(FileContext context, long address, long length)
    {
        byte[] block = context.File.ReadMetadata(address, length);
        context.VerifyChecksum(block, "metadata cache image");
        Cursor cursor = new(block, context.Sizes);
        cursor.Signature("MDCI"u8);
        cursor.Version("the metadata cache image", 0, 0);
        cursor.Skip(1);
        if (cursor.Length() != length)
            throw new Hdf5FormatException("The metadata cache image is not of the length that its message says.");

        uint count = cursor.UInt32();
        for (uint i = 0; i < count; i++)
            _pieces.Add(ReadPiece(block, ref cursor));

        _pieces.Sort(static (left, right) => left.Address.CompareTo(right.Address));
        for (int i = 1; i < _pieces.Count; i++)
        {
            if (_pieces[i].Address - _pieces[i - 1].Address < _pieces[i - 1].Bytes.Length)
                throw new Hdf5FormatException("Two pieces of the metadata cache image overlap.");
        }
    }

    /// <summary>Puts what the image has of them over bytes that were read at an address.</summary>
    public void Cover(long address, Span<byte> bytes)
    {
        for (int i = FirstBehind(address); i < _pieces.Count && _pieces[i].Address < address + bytes.Length; i++)
        {
            (long at, ReadOnlyMemory<byte> piece) = _pieces[i];
            int skipped = (int)Math.Max(0, address - at);
            int start = (int)Math.Max(0, at - address);
            int count = Math.Min(piece.Length - skipped, bytes.Length - start);
            piece.Span.Slice(skipped, count).CopyTo(bytes[start..]);
        }
    }

    private static (long Address, ReadOnlyMemory<byte> Bytes) ReadPiece(byte[] block, ref Cursor cursor)
    {
        cursor.Skip(1 + 1 + 1 + 1); // kind, flags, ring, age: of use to a cache that goes on
        cursor.Skip(2 + 2);
        int parents = cursor.UInt16();
        cursor.Skip(4);
        long address = cursor.Address();
        long length = cursor.Length();
        cursor.Skip((long)parents * cursor.Sizes.Offset);
        if (address == Cursor.Undefined || length == 0 || address > long.MaxValue - length)
            throw new Hdf5FormatException("A piece of the metadata cache image belongs nowhere.");

        int at = cursor.Position;
        cursor.Skip(length);
        return (address, block.AsMemory(at, (int)length));
    }

    /// <summary>The first piece that ends behind an address.</summary>
    private int FirstBehind(long address)
    {
        int low = 0;
        int high = _pieces.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_pieces[middle].Address + _pieces[middle].Bytes.Length > address)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
