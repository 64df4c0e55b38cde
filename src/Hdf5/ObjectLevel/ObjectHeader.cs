using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>An object's messages, from its header and all continuation blocks (specification IV.A.1).</summary>
internal sealed class ObjectHeader(FileContext context, long address, List<HeaderMessage> messages, HeaderReads reads)
{
    public FileContext Context { get; } = context;

    public long Address { get; } = address;

    public IReadOnlyList<HeaderMessage> Messages { get; } = messages;

    /// <summary>A dataset has a dataspace, a datatype and a layout; a group says where its links are; a lone datatype is a committed one.</summary>
    public bool IsDataset => Has(MessageType.Dataspace) && Has(MessageType.Datatype);

    public bool IsGroup => Has(MessageType.SymbolTable) || Has(MessageType.LinkInfo) || Has(MessageType.Link) || Has(MessageType.GroupInfo);

    public bool IsNamedDatatype => Has(MessageType.Datatype) && !Has(MessageType.Dataspace);

    /// <summary>Reads a single header.</summary>
    public static ObjectHeader Read(FileContext context, long address) => Read(context, address, new(context.File));

    /// <summary>Reads one of several headers, which are bounded together.</summary>
    public static ObjectHeader Read(FileContext context, long address, HeaderReads reads)
    {
        // One read has the prefix of either version, and mostly the whole first block.
        byte[] start = context.File.ReadMetadataUpTo(address, 512);
        bool isNew = start.AsSpan().StartsWith("OHDR"u8);
        List<HeaderMessage> messages = isNew
            ? new ObjectHeaderReaderV2(context, reads).Read(address, start)
            : new ObjectHeaderReaderV1(context, reads).Read(address, start);
        return new(context, address, messages, reads);
    }

    public bool Has(MessageType type)
    {
        foreach (HeaderMessage message in Messages)
        {
            if (message.Type == type)
                return true;
        }

        return false;
    }

    /// <summary>The first message of a type, as stored (a shared one not followed), or false.</summary>
    public bool TryFind(MessageType type, out HeaderMessage found)
    {
        foreach (HeaderMessage message in Messages)
        {
            if (message.Type == type)
            {
                found = message;
                return true;
            }
        }

        found = default;
        return false;
    }

    /// <summary>The body of the first message of a type, wherever it is stored, or false.</summary>
    public bool TryGetBody(MessageType type, out ReadOnlyMemory<byte> body)
    {
        body = default;
        if (!TryFind(type, out HeaderMessage message))
            return false;

        body = BodyOf(message);
        return true;
    }

    /// <summary>The body of one of the messages, wherever it is stored.</summary>
    public ReadOnlyMemory<byte> BodyOf(HeaderMessage message) => SharedMessages.Resolve(Context, message, reads);

    public ReadOnlyMemory<byte> GetBody(MessageType type) =>
        TryGetBody(type, out ReadOnlyMemory<byte> body) ? body : throw new Hdf5FormatException($"The object at {Address} has no {type} message.");
}
