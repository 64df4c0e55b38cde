namespace Microtome.Datasets.Sending;

/// <summary>
/// Pinned blocks that answers are collected in; shared by all connections, since one needs a block only while it has something to
/// send. Keeps a bounded number; locked for a few instructions.
/// </summary>
internal sealed class BlockPool
{
    /// <summary>Holds what an answer collects before it is sent (64 KB) and its head, with a large row on top that is made at once.</summary>
    public const int BlockBytes = 384 * 1024;

    private const int MaxKept = 48;

    private readonly Lock _lock = new();
    private readonly byte[][] _kept = new byte[MaxKept][];
    private int _count;

    public static BlockPool Shared { get; } = new();

    public byte[] Rent()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                return _kept[--_count];
            }
        }

        return GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
    }

    public void Return(byte[] block)
    {
        lock (_lock)
        {
            if (_count < MaxKept)
            {
                _kept[_count++] = block;
            }
        }
    }
}
