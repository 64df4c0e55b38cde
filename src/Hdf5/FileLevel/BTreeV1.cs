namespace Microtome.Hdf5.FileLevel;

/// <summary>
/// Walks a version 1 B-tree (specification III.A.1) leaf entry by leaf entry, in key order. Levels must fall from node to child, so
/// a cycle cannot be followed; the bytes of all nodes are held against the file's length.
/// </summary>
internal sealed class BTreeV1(FileContext context, int nodeType, int keyBytes, int expectedEntries)
{
    public delegate void Visit(ReadOnlySpan<byte> key, long child);

    private int PrefixBytes => 8 + (2 * context.Sizes.Offset);

    private int EntryBytes => keyBytes + context.Sizes.Offset;

    /// <summary>Calls <paramref name="visit"/> with the left key and the child address of every entry of every leaf.</summary>
    public void Walk(long rootAddress, Visit visit)
    {
        Stack<(long Address, int Level)> pending = new();
        pending.Push((rootAddress, -1));
        long budget = context.File.Length;
        while (pending.TryPop(out (long Address, int Level) node))
        {
            // Nodes of an honest tree do not overlap, so together they are no longer than the file.
            budget -= ReadNode(node.Address, node.Level, pending, visit);
            if (budget < 0)
                throw new Hdf5FormatException("A B-tree has more nodes than the file has room for.");
        }
    }

    private long ReadNode(long address, int expectedLevel, Stack<(long Address, int Level)> pending, Visit visit)
    {
        byte[] node = context.File.ReadMetadataUpTo(address, PrefixBytes + ((long)expectedEntries * EntryBytes) + keyBytes);
        Cursor cursor = new(node, context.Sizes);
        cursor.Signature("TREE"u8);
        int type = cursor.Byte();
        int level = cursor.Byte();
        int entries = cursor.UInt16();
        if (type != nodeType || (expectedLevel >= 0 && level != expectedLevel))
            throw new Hdf5FormatException($"The B-tree node at {address} is of type {type} and level {level}, which cannot be there.");

        long needed = PrefixBytes + ((long)entries * EntryBytes);
        if (needed > node.Length)
            node = context.File.ReadMetadata(address, needed);

        // Children are pushed last to first, so that they are popped in key order.
        for (int i = 0; i < entries; i++)
        {
            int index = level == 0 ? i : entries - 1 - i;
            ReadOnlySpan<byte> entry = node.AsSpan(PrefixBytes + (index * EntryBytes), EntryBytes);
            Cursor child = new(entry[keyBytes..], context.Sizes);
            long childAddress = child.Address();
            if (level == 0)
                visit(entry[..keyBytes], childAddress);
            else
                pending.Push((childAddress, level - 1));
        }

        return needed;
    }
}
