using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>Object headers of version 2: signed blocks with checksums (specification IV.A.1.b).</summary>
internal sealed class ObjectHeaderReaderV2(FileContext context, HeaderReads reads)
{
    private const int ChecksumBytes = 4;

    private readonly List<HeaderMessage> _messages = [];
    private readonly Queue<(long Address, long Length)> _continuations = new();
    private bool _hasCreationOrder;

    /// <param name="address">Where the header lies.</param>
    /// <param name="start">Its first bytes; read again where the first block is longer.</param>
    public List<HeaderMessage> Read(long address, byte[] start)
    {
        Cursor prefix = new(start, context.Sizes);
        prefix.Signature("OHDR"u8);
        prefix.Version("the object header", 2, 2);
        byte flags = prefix.Byte();
        _hasCreationOrder = (flags & 0x04) != 0;
        if ((flags & 0x20) != 0)
            prefix.Skip(16); // times

        if ((flags & 0x10) != 0)
            prefix.Skip(4); // when attributes move to dense storage

        long length = prefix.Length(1 << (flags & 0x03));
        int prefixBytes = prefix.Position;
        long total = checked(Math.Min(length, BoundedFile.MaxMetadataBytes) + prefixBytes + ChecksumBytes);
        reads.Take(total);
        if (total > start.Length)
            start = context.File.ReadMetadata(address, total);

        context.VerifyChecksum(start.AsSpan(0, (int)total), "object header");
        ReadMessages(start.AsMemory(prefixBytes, (int)length));
        ObjectHeaderLimits? limits = null;
        while (_continuations.TryDequeue(out (long Address, long Length) block))
        {
            (limits ??= new(address, reads)).Enter(block.Address, block.Length);
            ReadContinuation(block.Address, block.Length);
        }

        return _messages;
    }

    private void ReadContinuation(long address, long length)
    {
        if (length < 4 + ChecksumBytes)
            throw new Hdf5FormatException($"An object header continuation of {length} bytes cannot be.");

        byte[] block = context.File.ReadMetadata(address, length);
        Cursor cursor = new(block, context.Sizes);
        cursor.Signature("OCHK"u8);
        context.VerifyChecksum(block, "object header continuation");
        ReadMessages(block.AsMemory(4, block.Length - 4 - ChecksumBytes));
    }

    private void ReadMessages(ReadOnlyMemory<byte> block)
    {
        Cursor cursor = new(block.Span, context.Sizes);
        int prefixBytes = _hasCreationOrder ? 6 : 4;

        // What is left at the end and too short for a message is a gap.
        while (cursor.Remaining >= prefixBytes)
        {
            var type = (MessageType)cursor.Byte();
            int length = cursor.UInt16();
            byte flags = cursor.Byte();
            if (_hasCreationOrder)
                cursor.Skip(2);

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
