using System.Text;

namespace Microtome.Datasets.Encoders;

/// <summary>How many bytes of texts one answer may still hold: their lengths are known only once they are read. For one answer.</summary>
internal sealed class TextAllowance(long limit)
{
    private long _taken;

    /// <returns>The text's bytes in UTF-8.</returns>
    /// <exception cref="AnswerTooLargeException">There are more than the limit.</exception>
    public int Take(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        _taken += bytes;
        return _taken <= limit ? bytes : throw new AnswerTooLargeException(limit);
    }
}

/// <summary>The texts of an answer take more than the <see cref="Limit"/> bytes that one may hold.</summary>
public sealed class AnswerTooLargeException(long limit) : Exception($"The answer's texts take more than {limit} bytes.")
{
    public long Limit { get; } = limit;
}
