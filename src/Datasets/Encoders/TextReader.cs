using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>
/// An array's texts one after the other, read in blocks: few at first, then as many as their length so far lets a block hold.
/// For one answer.
/// </summary>
internal sealed class TextReader(TextArray array, TextAllowance allowance)
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
    /// <exception cref="AnswerTooLargeException">The answer's texts are longer than one answer may hold.</exception>
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
        _filled = (int)Math.Min(_next, array.Shape.Count - _read);
        _at = 0;
        await array.ReadTextsAsync(_read, _block.AsMemory(0, _filled), cancellationToken);
        _read += _filled;
        long bytes = 0;
        foreach (string text in _block.AsSpan(0, _filled))
        {
            bytes += allowance.Take(text);
        }

        _next = (int)Math.Clamp(BlockChars * _filled / Math.Max(1, bytes), 1, Math.Min(MostTexts, _next * 2));
    }
}
