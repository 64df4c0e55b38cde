namespace Microtome.Hdf5.FileLevel;

/// <summary>
/// Variable-length data by (collection, index) (specification III.E). The collections read are kept while the reader lives: make
/// one for each request, not for each element. Not safe for concurrent use.
/// </summary>
internal sealed class GlobalHeap(FileContext context)
{
    private const long MaxKeptBytes = 16L << 20;

    /// <summary>libhdf5 makes a collection large only for an object that is; larger ones than this are never read whole.</summary>
    private const long MaxCollectionBytes = 64L << 20;

    private readonly Dictionary<long, Collection> _collections = [];
    private long _keptBytes;

    /// <summary>An object's bytes; empty where the index is 0 (a null element).</summary>
    public ReadOnlyMemory<byte> Read(long address, uint index)
    {
        if (index == 0)
            return default;

        if (!_collections.TryGetValue(address, out Collection? collection))
        {
            collection = ReadCollection(address);
            if (_keptBytes > MaxKeptBytes)
            {
                _collections.Clear();
                _keptBytes = 0;
            }

            _keptBytes += collection.Bytes.Length;
            _collections.Add(address, collection);
        }

        if (!collection.Objects.TryGetValue(index, out (int Offset, int Length) found))
            throw new Hdf5FormatException($"The global heap collection at {address} has no object {index}.");

        return collection.Bytes.AsMemory(found.Offset, found.Length);
    }

    private Collection ReadCollection(long address)
    {
        FieldSizes sizes = context.Sizes;
        int prefixBytes = Aligned(8 + sizes.Length);
        int objectPrefixBytes = Aligned(8 + sizes.Length);
        byte[] prefix = context.File.ReadMetadata(address, prefixBytes);
        Cursor cursor = new(prefix, sizes);
        cursor.Signature("GCOL"u8);
        cursor.Version("the global heap", 1, 1);
        cursor.Skip(3);
        long length = cursor.Length();
        if (length > MaxCollectionBytes)
            throw new Hdf5LimitException($"A global heap collection of {length} bytes is over the limit of {MaxCollectionBytes}.");

        byte[] bytes = context.File.ReadMetadata(address, length);
        Dictionary<uint, (int Offset, int Length)> objects = [];
        cursor = new(bytes, sizes);
        cursor.Skip(prefixBytes);
        while (cursor.Remaining >= objectPrefixBytes)
        {
            int start = cursor.Position;
            uint index = cursor.UInt16();
            cursor.Skip(6); // reference count, reserved
            long objectLength = cursor.Length();
            if (index == 0)
                break; // what is left is free space

            int at = start + objectPrefixBytes;
            cursor.Skip(at - cursor.Position);
            cursor.Skip(objectLength);
            objects[index] = (at, (int)objectLength);
            cursor.Skip(Math.Min((8 - (objectLength % 8)) % 8, cursor.Remaining));
        }

        return new(bytes, objects);
    }

    /// <summary>libhdf5 keeps prefixes and objects on multiples of 8, which shows where lengths have 4 bytes.</summary>
    private static int Aligned(int bytes) => (bytes + 7) / 8 * 8;

    private sealed record Collection(byte[] Bytes, Dictionary<uint, (int Offset, int Length)> Objects);
}
