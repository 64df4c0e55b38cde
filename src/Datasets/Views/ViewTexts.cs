using System.Collections.Concurrent;

namespace Microtome.Datasets.Views;

/// <summary>Texts that were parsed before: a trainer says the same view with every batch. Bounded, and emptied when full. Safe for concurrent use.</summary>
/// <param name="maxLength">The most characters that a text may have.</param>
internal sealed class ViewTexts(int maxLength)
{
    private const int MaxTexts = 512;

    private readonly ConcurrentDictionary<string, ViewExpression> _parsed = new(StringComparer.Ordinal);

    /// <exception cref="Errors.ViewException">The text is too long, or no view.</exception>
    public ViewExpression Parse(string text)
    {
        if (_parsed.TryGetValue(text, out ViewExpression? known))
        {
            return known;
        }

        Check(text, "The view");
        ViewExpression expression = ViewExpression.Parse(text);
        Check(expression.ToString(), "The view in its canonical form");
        if (_parsed.Count >= MaxTexts)
        {
            _parsed.Clear();
        }

        _parsed[text] = expression;
        return expression;
    }

    private void Check(string text, string what)
    {
        if (text.Length > maxLength)
        {
            throw new Errors.ViewTooLargeException($"{what} has {text.Length} characters.") { Limit = maxLength, Unit = "characters" };
        }
    }
}
