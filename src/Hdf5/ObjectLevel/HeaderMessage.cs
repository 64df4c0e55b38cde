namespace Microtome.Hdf5.ObjectLevel;

/// <summary>One message of an object header: its number, its flags and its body as stored.</summary>
internal readonly record struct HeaderMessage(MessageType Type, byte Flags, ReadOnlyMemory<byte> Body)
{
    /// <summary>The body only says where the message really is (specification IV.A.2, flag bit 1).</summary>
    public bool IsShared => (Flags & 0b10) != 0;
}
