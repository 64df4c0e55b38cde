using System.Text;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Encoders;

/// <summary>How many bytes of texts one answer may still hold, as they are written: their lengths are known only once they are read. For one answer.</summary>
internal sealed class TextAllowance(long limit)
{
    private long _taken;

    /// <returns>The text's bytes in UTF-8.</returns>
    /// <exception cref="TextTooLongException">There are more than the limit.</exception>
    public int Take(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        _taken += bytes;
        return _taken <= limit ? bytes : throw new TextTooLongException("The answer's texts are too long", limit);
    }
}
