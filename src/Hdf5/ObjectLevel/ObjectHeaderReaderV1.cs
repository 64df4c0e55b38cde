using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>Object headers of version 1: no signature, no checksum, messages on multiples of 8 (specification IV.A.1.a).</summary>
internal sealed class ObjectHeaderReaderV1(FileContext context, HeaderReads reads)
{
    private const int PrefixBytes = 16;
    private const int MessagePrefixBytes = 8;

    private readonly List<HeaderMessage> _messages = [];
    private readonly Queue<(long Address, long Length)> _continuations = new();

    /// <param name="address">Where the header lies.</param>
    /// <param name="start">Its first bytes; read again where the first block is longer.</param>
    public List<HeaderMessage> Read(long address, byte[] start)
    {
        Cursor prefix = new(start, context.Sizes);
        if (prefix.Byte() != 1)
            throw new Hdf5FormatException($"There is no object header at {address}.");

        prefix.Skip(1);
        int count = prefix.UInt16();
        prefix.Skip(4); // reference count
        long length = prefix.UInt32();
        reads.Take(PrefixBytes + length);
        if (PrefixBytes + length > start.Length)
            start = context.File.ReadMetadata(address, PrefixBytes + length);

        ObjectHeaderLimits? limits = null;
        ReadBlock(start.AsMemory(PrefixBytes, (int)length), count);
        while (_continuations.TryDequeue(out (long Address, long Length) block))
        {
            (limits ??= new(address, reads)).Enter(block.Address, block.Length);
            ReadBlock(context.File.ReadMetadata(block.Address, block.Length), count);
        }

        return _messages;
    }

    private void ReadBlock(ReadOnlyMemory<byte> block, int count)
    {
        Cursor cursor = new(block.Span, context.Sizes);
        while (cursor.Remaining >= MessagePrefixBytes)
        {
            var type = (MessageType)cursor.UInt16();
            int length = cursor.UInt16();
            byte flags = cursor.Byte();
            cursor.Skip(3);

            // The count is not to be trusted: libhdf5 reads a block to its end, and so must find what this finds.
            if (length > cursor.Remaining && _messages.Count >= count)
                return;

            int at = cursor.Position;
            cursor.Skip(length);
            HeaderMessage message = new(type, flags, block.Slice(at, length));
            UnknownMessages.Check(message);
            _messages.Add(message);
            if (type == MessageType.Continuation)
            {
                Cursor body = new(message.Body.Span, context.Sizes);
                _continuations.Enqueue((body.Address(), body.Length()));
            }
        }
    }
}
