using System.Buffers;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// The first bytes of an array that were read before its answer began, in rented memory, which goes back with the last of them.
/// Empty by default. Not for concurrent use; bytes that are never taken are left to the collector.
/// </summary>
internal struct KeptBytes
{
    private byte[]? _bytes;
    private int _count;

    /// <summary>All of them, to be filled.</summary>
    public readonly Memory<byte> Memory => _bytes.AsMemory(0, _count);

    public static KeptBytes Rent(int count) => new() { _bytes = ArrayPool<byte>.Shared.Rent(count), _count = count };

    /// <summary>How many are kept from <paramref name="at"/> on, not beyond <paramref name="end"/> (bytes of the array as sent).</summary>
    public readonly int CountFrom(long at, long end) => (int)Math.Max(0, Math.Min(_count, end) - at);

    /// <summary>Copies as many as fit from <paramref name="at"/> on.</summary>
    public void Take(long at, Span<byte> destination)
    {
        _bytes.AsSpan((int)at, destination.Length).CopyTo(destination);
        if (at + destination.Length == _count)
        {
            ArrayPool<byte>.Shared.Return(_bytes!);
            this = default;
        }
    }
}
