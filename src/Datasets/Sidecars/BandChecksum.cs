using System.Numerics;
using System.Runtime.InteropServices;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// A checksum of decoded bytes, for telling whether what the disk gives back is what was written: CRC-32C, the processor's own, in
/// four lanes side by side because one would wait for itself.
/// </summary>
internal static class BandChecksum
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        uint a = 1, b = 2, c = 3, d = 4;
        int at = 0;
        for (; at + 4 <= words.Length; at += 4)
        {
            a = BitOperations.Crc32C(a, words[at]);
            b = BitOperations.Crc32C(b, words[at + 1]);
            c = BitOperations.Crc32C(c, words[at + 2]);
            d = BitOperations.Crc32C(d, words[at + 3]);
        }

        foreach (byte rest in bytes[(at * sizeof(ulong))..])
        {
            a = BitOperations.Crc32C(a, rest);
        }

        uint all = BitOperations.Crc32C(a, ((ulong)b << 32) | c);
        return BitOperations.Crc32C(all, ((ulong)d << 32) | (uint)bytes.Length);
    }
}
