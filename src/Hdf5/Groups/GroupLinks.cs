using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Groups;

/// <summary>Reads all links of a group, whichever way it keeps them, in name order (by code unit, as bytes sort).</summary>
internal static class GroupLinks
{
    private const int SymbolNodeType = 0;
    private const int NameIndexType = 5;
    private const int SoftLinkCache = 2;
    private const int DefaultNodeEntries = 32;

    /// <exception cref="Hdf5FormatException">The group's structures are damaged, or it holds more links than allowed.</exception>
    public static List<Link> Read(ObjectHeader group)
    {
        List<Link> links = [];
        if (group.TryGetBody(MessageType.SymbolTable, out ReadOnlyMemory<byte> symbolTable))
            ReadOld(group.Context, symbolTable.Span, links);

        if (group.TryGetBody(MessageType.LinkInfo, out ReadOnlyMemory<byte> info))
            ReadDense(group.Context, info.Span, links);

        foreach (HeaderMessage message in group.Messages)
        {
            if (message.Type == MessageType.Link)
                Add(group.Context, links, Link.Parse(group.BodyOf(message).Span, group.Context.Sizes));
        }

        links.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return links;
    }

    /// <summary>Symbol table (IV.A.2.r): a B-tree of symbol nodes (III.B), names in a local heap.</summary>
    private static void ReadOld(FileContext context, ReadOnlySpan<byte> body, List<Link> links)
    {
        Cursor cursor = new(body, context.Sizes);
        long tree = cursor.Address();
        LocalHeap heap = new(context, cursor.Address());
        BTreeV1 nodes = new(context, SymbolNodeType, context.Sizes.Length, DefaultNodeEntries);
        HashSet<long> seen = [];
        nodes.Walk(tree, (_, address) =>
        {
            if (!seen.Add(address))
                throw new Hdf5FormatException("A group names a symbol node twice.");

            ReadSymbolNode(context, heap, address, links);
        });
    }

    private static void ReadSymbolNode(FileContext context, LocalHeap heap, long address, List<Link> links)
    {
        int entryBytes = context.Sizes.Length + context.Sizes.Offset + 4 + 4 + 16;
        Cursor prefix = new(context.File.ReadMetadata(address, 8), context.Sizes);
        prefix.Signature("SNOD"u8);
        prefix.Version("the symbol node", 1, 1);
        prefix.Skip(1);
        int count = prefix.UInt16();
        Cursor cursor = new(context.File.ReadMetadata(address + 8, (long)count * entryBytes), context.Sizes);
        for (int i = 0; i < count; i++)
        {
            string name = Link.Text(heap.Text(cursor.Length()));
            long header = cursor.Address();
            uint cacheType = cursor.UInt32();
            cursor.Skip(4);
            uint softTarget = cursor.UInt32();
            cursor.Skip(12);
            Add(context, links, cacheType == SoftLinkCache
                ? new(name, LinkKind.Soft, Cursor.Undefined, Link.Text(heap.Text(softTarget)))
                : new(name, LinkKind.Hard, header, null));
        }
    }

    /// <summary>Link info (IV.A.2.c): links as messages in a fractal heap, found by a B-tree of names.</summary>
    private static void ReadDense(FileContext context, ReadOnlySpan<byte> body, List<Link> links)
    {
        Cursor cursor = new(body, context.Sizes);
        cursor.Version("the link info", 0, 0);
        byte flags = cursor.Byte();
        if ((flags & 1) != 0)
            cursor.Skip(8);

        long heapAddress = cursor.Address();
        long nameIndex = cursor.Address();
        if (heapAddress == Cursor.Undefined || nameIndex == Cursor.Undefined)
            return;

        FractalHeap heap = new(context, heapAddress);
        BTreeV2 tree = new(context, nameIndex, NameIndexType);
        List<(long Place, byte[] Id)> ids = [];
        tree.Walk(record =>
        {
            Cursor entry = new(record, context.Sizes);
            entry.Skip(4); // hash of the name
            byte[] id = entry.Take(entry.Remaining).ToArray();
            CheckCount(context, ids.Count);
            ids.Add((heap.PlaceOf(id), id));
        });

        // By hash the links lie all over the heap; in its own order each block is read once.
        ids.Sort(static (left, right) => left.Place.CompareTo(right.Place));
        foreach ((_, byte[] id) in ids)
            Add(context, links, Link.Parse(heap.Read(id), context.Sizes));
    }

    private static void CheckCount(FileContext context, int count)
    {
        if (count >= context.Options.MaxObjects)
            throw new Hdf5FormatException($"The group holds more than {context.Options.MaxObjects} links.");
    }

    private static void Add(FileContext context, List<Link> links, Link link)
    {
        CheckCount(context, links.Count);
        links.Add(link);
    }
}
