using System.Buffers;
using System.Text;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>Text on its way into a body: collected in one pooled piece, passed on as it fills. For one answer; disposed at its end.</summary>
internal sealed class TextBody(BatchBody body) : IDisposable
{
    private const int PieceBytes = 32 * 1024;
    private const int PieceChars = PieceBytes / 4;

    private readonly byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
    private int _filled;

    /// <summary>Room for one element with what stands around it; made by <see cref="ReserveAsync"/>.</summary>
    public Span<byte> Free => _piece.AsSpan(_filled);

    /// <summary>Makes sure that <see cref="Free"/> holds this many bytes.</summary>
    public ValueTask ReserveAsync(int bytes, CancellationToken cancellationToken) =>
        _piece.Length - _filled >= bytes ? ValueTask.CompletedTask : FlushAsync(cancellationToken);

    public void Advance(int bytes) => _filled += bytes;

    public void Append(byte value) => _piece[_filled++] = value;

    public void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Free);
        _filled += text.Length;
    }

    /// <summary>A text of any length, as UTF-8.</summary>
    public async ValueTask WriteAsync(string text, CancellationToken cancellationToken)
    {
        for (int at = 0; at < text.Length;)
        {
            int count = Math.Min(text.Length - at, PieceChars);
            if (count > 1 && char.IsHighSurrogate(text[at + count - 1]))
            {
                count--; // Its other half would come in the next piece.
            }

            await ReserveAsync(Encoding.UTF8.GetMaxByteCount(count), cancellationToken);
            Advance(Encoding.UTF8.GetBytes(text.AsSpan(at, count), Free));
            at += count;
        }
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await body.WriteAsync(_piece.AsMemory(0, _filled), cancellationToken);
        _filled = 0;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_piece);
}
