using System.Numerics;

namespace Microtome.Datasets.Views.Rows;

/// <summary>Which of the positions [0, Length) are kept: a bit each. Filled by one evaluation, then only read.</summary>
internal sealed class PositionBits(long length)
{
    /// <summary>Bits of a word.</summary>
    private const int WordBits = 64;

    public long Length => length;

    public ulong[] Words { get; } = new ulong[(length + WordBits - 1) / WordBits];

    public bool this[long position] => (Words[position / WordBits] >> (int)(position % WordBits) & 1) != 0;

    public void Set(long position) => Words[position / WordBits] |= 1UL << (int)(position % WordBits);

    public long Count()
    {
        long count = 0;
        foreach (ulong word in Words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>Bytes of memory that as many positions take.</summary>
    public static long BytesFor(long length) => (length + WordBits - 1) / WordBits * sizeof(ulong);
}
