using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>Which fractal heap keeps the shared messages of which kind (specification III.I, table "SMTB").</summary>
internal sealed class SharedMessageTable
{
    private const int MaxIndexes = 8;

    private readonly List<(int TypeFlags, long HeapAddress)> _indexes = [];

    /// <param name="context">The file.</param>
    /// <param name="message">The body of the superblock extension's shared message table message (IV.A.2.p).</param>
    public SharedMessageTable(FileContext context, ReadOnlySpan<byte> message)
    {
        Cursor cursor = new(message, context.Sizes);
        cursor.Version("the shared message table message", 0, 0);
        long address = cursor.Address();
        int count = cursor.Byte();
        if (count > MaxIndexes)
            throw new Hdf5FormatException($"{count} shared message indexes are more than the format allows.");

        int entryBytes = 1 + 1 + 2 + 4 + 2 + 2 + 2 + (2 * context.Sizes.Offset);
        byte[] table = context.File.ReadMetadata(address, 4 + (count * entryBytes) + 4);
        context.VerifyChecksum(table, "shared message table");
        Cursor entries = new(table, context.Sizes);
        entries.Signature("SMTB"u8);
        for (int i = 0; i < count; i++)
        {
            entries.Skip(2); // version, list or B-tree: only the heap matters for reading
            int types = entries.UInt16();
            entries.Skip(4 + 2 + 2 + 2);
            entries.Skip(context.Sizes.Offset);
            _indexes.Add((types, entries.Address()));
        }
    }

    /// <exception cref="Hdf5FormatException">No index keeps messages of this kind.</exception>
    public long HeapOf(MessageType type)
    {
        // libhdf5 sets the bit of the message's number, whatever the specification's table of five bits says; both kinds of fill
        // value go by the newer one's.
        int flag = 1 << (int)(type == MessageType.FillValueOld ? MessageType.FillValue : type);
        foreach ((int types, long heap) in _indexes)
        {
            if ((types & flag) != 0)
                return heap;
        }

        throw new Hdf5FormatException($"The file keeps no shared {type} messages.");
    }
}
