using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>
/// Messages stored elsewhere: committed datatypes in an object header of their own, and messages that a file keeps once in a heap
/// (specification IV.A.2, "Shared Message" and III.I).
/// </summary>
internal static class SharedMessages
{
    private const int HeapType = 1;
    private const int HeapIdBytes = 8;

    public static ReadOnlyMemory<byte> Resolve(FileContext context, HeaderMessage message, HeaderReads reads) =>
        message.IsShared ? Resolve(context, message.Type, message.Body.Span, reads) : message.Body;

    /// <summary>Follows a shared message's body to the real one.</summary>
    public static ReadOnlyMemory<byte> Resolve(FileContext context, MessageType type, ReadOnlySpan<byte> reference, HeaderReads reads)
    {
        Cursor cursor = new(reference, context.Sizes);
        return Resolve(context, type, ref cursor, reads);
    }

    /// <summary>The same, from the middle of another message (an attribute's datatype); the cursor ends behind the reference.</summary>
    public static ReadOnlyMemory<byte> Resolve(FileContext context, MessageType type, ref Cursor cursor, HeaderReads reads)
    {
        byte version = cursor.Version("a shared message", 1, 3);
        byte kind = cursor.Byte();
        if (version == 1)
            cursor.Skip(6 + context.Sizes.Length); // reserved, then the name offset of what was a symbol table entry

        if (version == 3 && kind == HeapType)
            return context.SharedHeap(type).Read(cursor.Take(HeapIdBytes));

        long address = cursor.Address();
        if (reads.TryGetShared(type, address, out ReadOnlyMemory<byte> body))
            return body;

        var header = ObjectHeader.Read(context, address, reads);
        if (!header.TryFind(type, out HeaderMessage found) || found.IsShared)
            throw new Hdf5FormatException($"The object at {header.Address} does not hold the shared {type} message.");

        reads.KeepShared(type, address, found.Body);
        return found.Body;
    }
}
