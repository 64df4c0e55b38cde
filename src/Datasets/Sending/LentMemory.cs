using System.Buffers;

namespace Microtome.Datasets.Sending;

/// <summary>
/// Memory that stands for bytes of a mapping while they pass through code that only counts them: it has a length, and whoever
/// tries to touch it gets an exception, never a page that may be gone.
/// </summary>
internal sealed class LentMemory : MemoryManager<byte>
{
    private static readonly LentMemory Instance = new();

    private LentMemory()
    {
    }

    public static Memory<byte> OfLength(int length) => Instance.CreateMemory(length);

    public override Span<byte> GetSpan() => throw Untouchable();

    public override MemoryHandle Pin(int elementIndex = 0) => throw Untouchable();

    public override void Unpin()
    {
        // Nothing was pinned.
    }

    protected override void Dispose(bool disposing)
    {
        // It owns nothing.
    }

    private static InvalidOperationException Untouchable() => new("These bytes lie in a mapped file and are only ever touched by the system.");
}
