using System.Buffers.Binary;
using System.Numerics;

namespace Microtome.Hdf5.FileLevel;

/// <summary>
/// Bob Jenkins' lookup3 (hashlittle, initial value 0): the checksum that ends every metadata structure of version 2 and later
/// (specification, "Checksum" fields) and the hash of names in dense storage.
/// </summary>
internal static class Checksum
{
    private const uint Seed = 0xdeadbeef;

    /// <summary>Holds the last four bytes of a structure against the checksum of those before them.</summary>
    public static void Verify(ReadOnlySpan<byte> structure, string name)
    {
        if (structure.Length < 4)
            throw new Hdf5FormatException($"The {name} is too short for its checksum.");

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(structure[^4..]);
        if (stored != Compute(structure[..^4]))
            throw new Hdf5FormatException($"The checksum of the {name} is wrong: the file is damaged.");
    }

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint a = Seed + (uint)bytes.Length;
        uint b = a;
        uint c = a;
        while (bytes.Length > 12)
        {
            a += BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            b += BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            c += BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
            Mix(ref a, ref b, ref c);
            bytes = bytes[12..];
        }

        if (bytes.IsEmpty)
            return c;

        Span<byte> last = stackalloc byte[12];
        last.Clear();
        bytes.CopyTo(last);
        a += BinaryPrimitives.ReadUInt32LittleEndian(last);
        b += BinaryPrimitives.ReadUInt32LittleEndian(last[4..]);
        c += BinaryPrimitives.ReadUInt32LittleEndian(last[8..]);
        return Finish(a, b, c);
    }

    private static void Mix(ref uint a, ref uint b, ref uint c)
    {
        a -= c;
        a ^= BitOperations.RotateLeft(c, 4);
        c += b;
        b -= a;
        b ^= BitOperations.RotateLeft(a, 6);
        a += c;
        c -= b;
        c ^= BitOperations.RotateLeft(b, 8);
        b += a;
        a -= c;
        a ^= BitOperations.RotateLeft(c, 16);
        c += b;
        b -= a;
        b ^= BitOperations.RotateLeft(a, 19);
        a += c;
        c -= b;
        c ^= BitOperations.RotateLeft(b, 4);
        b += a;
    }

    private static uint Finish(uint a, uint b, uint c)
    {
        c ^= b;
        c -= BitOperations.RotateLeft(b, 14);
        a ^= c;
        a -= BitOperations.RotateLeft(c, 11);
        b ^= a;
        b -= BitOperations.RotateLeft(a, 25);
        c ^= b;
        c -= BitOperations.RotateLeft(b, 16);
        a ^= c;
        a -= BitOperations.RotateLeft(c, 4);
        b ^= a;
        b -= BitOperations.RotateLeft(a, 14);
        c ^= b;
        c -= BitOperations.RotateLeft(b, 24);
        return c;
    }
}
