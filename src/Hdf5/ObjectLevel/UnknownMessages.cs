namespace Microtome.Hdf5.ObjectLevel;

/// <summary>Message flag bit 7: who does not know the message must not open the object (specification IV.A.2).</summary>
internal static class UnknownMessages
{
    private const int Unassigned = 0x09;
    private const int HighestKnown = 0x18;

    public static void Check(HeaderMessage message)
    {
        if (((int)message.Type is Unassigned or > HighestKnown) && (message.Flags & 0x80) != 0)
            throw new Hdf5FormatException($"The object has a message of the unknown kind {(int)message.Type}, which forbids reading it.");
    }
}
