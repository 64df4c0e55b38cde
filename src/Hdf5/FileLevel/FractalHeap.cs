using Microtome.Hdf5.Filters;

namespace Microtome.Hdf5.FileLevel;

/// <summary>
/// Objects by heap ID (specification III.G): managed ones in the doubling table's blocks, huge ones by a B-tree or directly, tiny
/// ones inside the ID itself. Blocks are read on demand; the last direct block is kept, since links and attributes lie together.
/// Used by one thread at a time, or under the lock of <see cref="Read"/>.
/// </summary>
internal sealed class FractalHeap
{
    private readonly FileContext _context;
    private readonly FractalHeapHeader _header;
    private readonly FractalHeapBlocks _blocks;
    private readonly Lock _gate = new();
    private Dictionary<long, HugeObject>? _hugeObjects;

    public FractalHeap(FileContext context, long address)
    {
        _context = context;
        _header = FractalHeapHeader.Read(context, address);
        _blocks = new(context, _header);
    }

    private enum IdType
    {
        Managed = 0,
        Huge = 1,
        Tiny = 2,
    }

    /// <summary>An object's bytes, in an array of their own.</summary>
    /// <exception cref="Hdf5FormatException">The ID does not lead to an object.</exception>
    public byte[] Read(ReadOnlySpan<byte> id)
    {
        lock (_gate)
        {
            Cursor cursor = new(id, _context.Sizes);
            byte first = cursor.Byte();
            if (first >> 6 != 0)
                throw new Hdf5FormatException("A heap ID of an unknown version.");

            return (IdType)((first >> 4) & 0b11) switch
            {
                IdType.Managed => ReadManaged(ref cursor),
                IdType.Huge => ReadHuge(ref cursor),
                IdType.Tiny => ReadTiny(first, ref cursor),
                _ => throw new Hdf5FormatException("A heap ID of an unknown type."),
            };
        }
    }

    /// <summary>Where an object lies among the others, to read many in that order; -1 for those that lie in no block.</summary>
    public long PlaceOf(ReadOnlySpan<byte> id)
    {
        Cursor cursor = new(id, _context.Sizes);
        return (IdType)((cursor.Byte() >> 4) & 0b11) == IdType.Managed ? cursor.Length(_header.OffsetBytes) : -1;
    }

    private byte[] ReadManaged(ref Cursor cursor)
    {
        long offset = cursor.Length(_header.OffsetBytes);
        long length = cursor.Length(_header.LengthBytes);
        return _blocks.Read(offset, length);
    }

    private byte[] ReadTiny(byte first, ref Cursor cursor)
    {
        // IDs longer than 18 bytes need 12 bits for the length.
        int length = _header.IdBytes <= 18 ? (first & 0x0f) + 1 : (((first & 0x0f) << 8) | cursor.Byte()) + 1;
        return cursor.Take(length).ToArray();
    }

    private byte[] ReadHuge(ref Cursor cursor)
    {
        HugeObject found;
        if (_header.HugeIdsAreDirect)
        {
            found = ReadHugeFields(ref cursor, _header.Filters is not null);
        }
        else
        {
            _hugeObjects ??= ReadHugeIndex();
            long key = cursor.Length(Math.Min(cursor.Remaining, _context.Sizes.Length));
            if (!_hugeObjects.TryGetValue(key, out found))
                throw new Hdf5FormatException($"The heap has no huge object {key}.");
        }

        byte[] stored = _context.File.ReadMetadata(found.Address, found.StoredLength);
        return _header.Filters is null ? stored : Decode(_context, _header, stored, found.FilterMask, found.Length);
    }

    private Dictionary<long, HugeObject> ReadHugeIndex()
    {
        const int Plain = 1;
        const int Filtered = 2;
        Dictionary<long, HugeObject> objects = [];
        if (_header.HugeIndexAddress == Cursor.Undefined)
            return objects;

        BTreeV2 tree = new(_context, _header.HugeIndexAddress, Plain, Filtered);
        tree.Walk(record =>
        {
            Cursor cursor = new(record, _context.Sizes);
            HugeObject found = ReadHugeFields(ref cursor, tree.Type == Filtered);
            objects[cursor.Length()] = found;
        });
        return objects;
    }

    private static HugeObject ReadHugeFields(ref Cursor cursor, bool filtered)
    {
        long address = cursor.Address();
        long stored = cursor.Length();
        return filtered ? new(address, stored, cursor.UInt32(), cursor.Length()) : new(address, stored, 0, stored);
    }

    internal static byte[] Decode(FileContext context, FractalHeapHeader header, byte[] stored, uint mask, long length)
    {
        if (length > BoundedFile.MaxMetadataBytes)
            throw new Hdf5FormatException($"A heap block of {length} bytes is over the limit of {BoundedFile.MaxMetadataBytes}.");

        var pipeline = FilterPipeline.Create(header.Filters!.Value, 1, length, context.Options.NativeCodecs);
        if (!pipeline.IsSupported)
            throw new Hdf5FormatException($"A heap's filter cannot be undone: {pipeline.Reason}");

        byte[] decoded = new byte[length];
        pipeline.Decode(stored, mask, decoded);
        return decoded;
    }

    private readonly record struct HugeObject(long Address, long StoredLength, uint FilterMask, long Length);
}
