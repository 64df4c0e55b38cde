using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Attributes;

/// <summary>Reads all attributes of an object, from its header and from dense storage (specification IV.A.2.m and v), in name order.</summary>
internal static class AttributeReader
{
    private const int NameIndexType = 8;
    private const int HeapIdBytes = 8;
    private const byte SharedFlag = 0b10;

    public static IReadOnlyList<Hdf5Attribute> Read(FileContext context, long address)
    {
        HeaderReads reads = new(context.File);
        var header = ObjectHeader.Read(context, address, reads);
        List<Hdf5Attribute> attributes = [];
        foreach (HeaderMessage message in header.Messages)
        {
            if (message.Type == MessageType.Attribute)
                attributes.Add(AttributeMessage.Parse(context, header.BodyOf(message), reads));
        }

        if (header.TryGetBody(MessageType.AttributeInfo, out ReadOnlyMemory<byte> info))
            ReadDense(context, info.Span, attributes, reads);

        attributes.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return attributes;
    }

    private static void ReadDense(FileContext context, ReadOnlySpan<byte> body, List<Hdf5Attribute> attributes, HeaderReads reads)
    {
        Cursor cursor = new(body, context.Sizes);
        cursor.Version("the attribute info", 0, 0);
        byte flags = cursor.Byte();
        if ((flags & 1) != 0)
            cursor.Skip(2); // highest creation index

        long heapAddress = cursor.Address();
        long nameIndex = cursor.Address();
        if (heapAddress == Cursor.Undefined || nameIndex == Cursor.Undefined)
            return;

        FractalHeap heap = new(context, heapAddress);
        BTreeV2 tree = new(context, nameIndex, NameIndexType);
        tree.Walk(record =>
        {
            if (attributes.Count >= context.Options.MaxObjects)
                throw new Hdf5FormatException($"The object has more than {context.Options.MaxObjects} attributes.");

            Cursor entry = new(record, context.Sizes);
            ReadOnlySpan<byte> id = entry.Take(HeapIdBytes);
            bool isShared = (entry.Byte() & SharedFlag) != 0;
            attributes.Add(AttributeMessage.Parse(context, isShared ? context.SharedHeap(MessageType.Attribute).Read(id) : heap.Read(id), reads));
        });
    }
}
