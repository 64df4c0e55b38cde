using System.Buffers;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// What a body collects before any of it leaves, in pooled memory: where its first data cannot be read, this is dropped, and the
/// answer can still say so with its status. Lies within its body; not for concurrent use.
/// </summary>
internal struct FirstBytes
{
    private const int BlockBytes = 64 * 1024;

    private List<ArraySegment<byte>>? _full;
    private byte[]? _block;
    private int _filled;

    /// <summary>Room for at least <paramref name="count"/> bytes, of which <see cref="Advance"/> then says how many are written.</summary>
    public Memory<byte> GetMemory(int count)
    {
        if (_block is null || _block.Length - _filled < count)
        {
            if (_block is not null)
            {
                (_full ??= []).Add(new(_block, 0, _filled));
            }

            (_block, _filled) = (ArrayPool<byte>.Shared.Rent(Math.Max(count, BlockBytes)), 0);
        }

        return _block.AsMemory(_filled);
    }

    public void Advance(int count) => _filled += count;

    /// <summary>Writes everything, in order, and gives the memory back.</summary>
    public void MoveTo(IBufferWriter<byte> writer)
    {
        foreach (ArraySegment<byte> block in _full ?? [])
        {
            Move(block, writer);
        }

        if (_block is not null)
        {
            Move(new(_block, 0, _filled), writer);
        }

        this = default;
    }

    private static void Move(ArraySegment<byte> block, IBufferWriter<byte> writer)
    {
        writer.Write(block);
        ArrayPool<byte>.Shared.Return(block.Array!);
    }
}
