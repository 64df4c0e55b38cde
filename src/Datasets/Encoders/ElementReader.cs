using System.Buffers;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>An array's elements one after the other, read in pooled pieces. For one answer; disposed at its end.</summary>
internal sealed class ElementReader(BatchArray array) : IDisposable
{
    private const int PieceBytes = 64 * 1024;

    private readonly byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
    private long _read;
    private int _length;
    private int _at;

    /// <summary>The element that <see cref="MoveNextAsync"/> moved to.</summary>
    public ReadOnlySpan<byte> Current => _piece.AsSpan(_at - array.Dtype.ItemSize, array.Dtype.ItemSize);

    /// <summary>Moves to the next element; the caller knows how many there are.</summary>
    public ValueTask MoveNextAsync(CancellationToken cancellationToken)
    {
        if (_at < _length)
        {
            _at += array.Dtype.ItemSize;
            return ValueTask.CompletedTask;
        }

        return FillAsync(cancellationToken);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_piece);

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _length = (int)Math.Min(PieceBytes, array.Bytes - _read);
        await array.ReadAsync(_read, _piece.AsMemory(0, _length), cancellationToken);
        _read += _length;
        _at = array.Dtype.ItemSize;
    }
}
