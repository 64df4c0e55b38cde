using Microtome.Datasets.Arrays;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>
/// An array's texts one after the other, as they are written, read in blocks: few at first, then as many as their length so far lets
/// a block hold. For one answer.
/// </summary>
/// <param name="array">The texts.</param>
/// <param name="allowance">What the answer may hold.</param>
/// <param name="write">Makes of a text what is written, with what must be escaped.</param>
internal sealed class TextReader(TextArray array, TextAllowance allowance, Func<string, string> write)
{
    private const int FirstTexts = 32;
    private const int MostTexts = 1024;
    private const long BlockChars = 256 * 1024;

    private readonly string[] _block = new string[MostTexts];
    private long _read;
    private int _filled;
    private int _at;
    private int _next = FirstTexts;

    /// <summary>The next text; the caller knows how many there are.</summary>
    /// <exception cref="TextTooLongException">The answer's texts are longer than one answer may hold.</exception>
    public async ValueTask<string> NextAsync(CancellationToken cancellationToken)
    {
        if (_at == _filled)
        {
            await FillAsync(cancellationToken);
        }

        return _block[_at++];
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(_next, array.Shape.Count - _read);
        _filled = await array.ReadTextsAsync(_read, _block.AsMemory(0, wanted), cancellationToken);
        _at = 0;
        _read += _filled;
        long bytes = 0;
        foreach (ref string text in _block.AsSpan(0, _filled))
        {
            text = write(text);
            bytes += allowance.Take(text);
        }

        _next = (int)Math.Clamp(BlockChars * _filled / Math.Max(1, bytes), 1, Math.Min(MostTexts, _next * 2));
    }
}
