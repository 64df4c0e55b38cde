namespace Microtome.Datasets.Arrays;

/// <summary>Texts take more memory, or more of an answer, than is spent on them. The message names no path.</summary>
/// <param name="what">What is too long, in words.</param>
/// <param name="limit">Bytes that it may take.</param>
public sealed class TextTooLongException(string what, long limit) : Exception($"{what}; the limit is {limit} bytes.")
{
    public string What { get; } = what;

    public long Limit { get; } = limit;
}
