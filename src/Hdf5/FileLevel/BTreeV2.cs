namespace Microtome.Hdf5.FileLevel;

/// <summary>
/// Walks a version 2 B-tree (specification III.A.2) record by record, in order. The depth is known from the header and falls from
/// node to child; every node's checksum is held.
/// </summary>
internal sealed class BTreeV2
{
    private const int MaxDepth = 32;
    private const int NodeOverheadBytes = 10;

    private readonly FileContext _context;
    private readonly int _nodeBytes;
    private readonly int _recordBytes;
    private readonly int _depth;
    private readonly long _root;
    private readonly int _rootRecords;
    private readonly long _totalRecords;
    private readonly Level[] _levels;

    public BTreeV2(FileContext context, long address, params ReadOnlySpan<int> types)
    {
        _context = context;
        FieldSizes sizes = context.Sizes;
        byte[] header = context.File.ReadMetadata(address, 16 + sizes.Offset + 2 + sizes.Length + 4);
        Cursor cursor = new(header, sizes);
        cursor.Signature("BTHD"u8);
        context.VerifyChecksum(header, "B-tree header");
        cursor.Version("the B-tree", 0, 0);
        Type = cursor.Byte();
        long nodeBytes = cursor.UInt32();
        _recordBytes = cursor.UInt16();
        _depth = cursor.UInt16();
        cursor.Skip(2); // when to split and merge
        _root = cursor.Address();
        _rootRecords = cursor.UInt16();
        _totalRecords = cursor.Length();
        if (!types.Contains(Type) || _recordBytes == 0 || _depth > MaxDepth || nodeBytes > BoundedFile.MaxMetadataBytes || nodeBytes < NodeOverheadBytes)
            throw new Hdf5FormatException($"The B-tree at {address} (type {Type}, depth {_depth}, nodes of {nodeBytes} bytes) cannot be.");

        _nodeBytes = (int)nodeBytes;
        _levels = ComputeLevels();
    }

    public delegate void Visit(ReadOnlySpan<byte> record);

    public int Type { get; }

    public void Walk(Visit visit)
    {
        if (_root == Cursor.Undefined || _totalRecords == 0)
            return;

        // A record comes between two children, so the stack holds records as well: (-1, bytes) is a record to visit.
        Stack<Pending> pending = new();
        pending.Push(new(_root, _rootRecords, _depth, null));
        long seen = 0;
        long budget = _context.File.Length;
        while (pending.TryPop(out Pending next))
        {
            if (next.Record is not null)
            {
                visit(next.Record);
                continue;
            }

            // Nodes of an honest tree do not overlap, so together they are no longer than the file.
            seen += next.Records;
            budget -= NodeOverheadBytes + ((long)next.Records * _recordBytes);
            if (seen > _totalRecords || budget < 0)
                throw new Hdf5FormatException("A B-tree has more records than its header says.");

            if (next.Depth == 0)
                VisitLeaf(next, visit);
            else
                PushChildren(next, pending);
        }
    }

    private void VisitLeaf(Pending leaf, Visit visit)
    {
        byte[] node = ReadNode(leaf, "BTLF"u8, NodeOverheadBytes + ((long)leaf.Records * _recordBytes));
        for (int i = 0; i < leaf.Records; i++)
            visit(node.AsSpan(NodeOverheadBytes - 4 + (i * _recordBytes), _recordBytes));
    }

    private void PushChildren(Pending parent, Stack<Pending> pending)
    {
        Level level = _levels[parent.Depth];
        long length = NodeOverheadBytes + ((long)parent.Records * _recordBytes) + ((parent.Records + 1L) * level.PointerBytes);
        byte[] node = ReadNode(parent, "BTIN"u8, length);
        int recordsAt = NodeOverheadBytes - 4;
        Cursor pointers = new(node, _context.Sizes);
        pointers.Skip(recordsAt + (parent.Records * _recordBytes));
        var children = new Pending[parent.Records + 1];
        for (int i = 0; i < children.Length; i++)
        {
            long address = pointers.Address();
            long records = pointers.Length(_levels[0].CountBytes);
            pointers.Skip(parent.Depth > 1 ? _levels[parent.Depth - 1].CumulativeBytes : 0);
            if (records > _levels[parent.Depth - 1].MaxRecords)
                throw new Hdf5FormatException("A B-tree node holds more records than fit in it.");

            children[i] = new(address, (int)records, parent.Depth - 1, null);
        }

        for (int i = children.Length - 1; i >= 0; i--)
        {
            if (i < parent.Records)
                pending.Push(new(0, 0, 0, node.AsSpan(recordsAt + (i * _recordBytes), _recordBytes).ToArray()));

            pending.Push(children[i]);
        }
    }

    private byte[] ReadNode(Pending node, ReadOnlySpan<byte> signature, long length)
    {
        if (length > _nodeBytes)
            throw new Hdf5FormatException("A B-tree node holds more records than fit in it.");

        byte[] bytes = _context.File.ReadMetadata(node.Address, length);
        Cursor cursor = new(bytes, _context.Sizes);
        cursor.Signature(signature);
        _context.VerifyChecksum(bytes, "B-tree node");
        cursor.Version("the B-tree node", 0, 0);
        if (cursor.Byte() != Type)
            throw new Hdf5FormatException("A B-tree node is not of its tree's type.");

        return bytes;
    }

    /// <summary>How wide the counts beside child pointers are follows from how many records a node of each depth can hold.</summary>
    private Level[] ComputeLevels()
    {
        var levels = new Level[_depth + 1];
        long leafMax = (_nodeBytes - NodeOverheadBytes) / _recordBytes;
        int countBytes = BytesFor(leafMax);
        levels[0] = new(leafMax, leafMax, countBytes, 0, 0);
        for (int depth = 1; depth <= _depth; depth++)
        {
            Level below = levels[depth - 1];
            int pointer = _context.Sizes.Offset + countBytes + below.CumulativeBytes;
            long max = (_nodeBytes - NodeOverheadBytes - pointer) / (_recordBytes + pointer);
            if (max < 1)
                throw new Hdf5FormatException("A B-tree's nodes are too small for its records.");

            long cumulative = max > (long.MaxValue / 2 / (below.Cumulative + 1)) ? long.MaxValue / 4 : ((max + 1) * below.Cumulative) + max;
            levels[depth] = new(max, cumulative, countBytes, BytesFor(cumulative), pointer);
        }

        return levels;
    }

    private static int BytesFor(long limit) => (System.Numerics.BitOperations.Log2((ulong)Math.Max(limit, 1)) / 8) + 1;

    private readonly record struct Level(long MaxRecords, long Cumulative, int CountBytes, int CumulativeBytes, int PointerBytes);

    private readonly record struct Pending(long Address, int Records, int Depth, byte[]? Record);
}
