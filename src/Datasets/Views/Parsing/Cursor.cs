using System.Globalization;
using System.Text;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Datasets.Views.Parsing;

/// <summary>A place in an expression's text, and the small words that every operation reads from there. Blanks may stand around each of them.</summary>
internal sealed class Cursor(string text)
{
    public string Text => text;

    public int Position { get; private set; }

    public bool AtEnd => Position == text.Length;

    /// <summary>The next character that is no blank; the null character at the end.</summary>
    public char Peek()
    {
        while (Position < text.Length && text[Position] == ' ')
        {
            Position++;
        }

        return AtEnd ? '\0' : text[Position];
    }

    /// <summary>The next token as a message quotes it.</summary>
    public string Found() => Peek() == '\0' && AtEnd ? "the end" : $"'{text[Position]}'";

    public bool TryTake(char expected)
    {
        if (Peek() != expected || AtEnd)
        {
            return false;
        }

        Position++;
        return true;
    }

    /// <summary>Takes a symbol of several characters, such as <c>&lt;=</c>.</summary>
    public bool TryTake(string symbol)
    {
        Peek();
        if (string.CompareOrdinal(text, Position, symbol, 0, symbol.Length) != 0)
        {
            return false;
        }

        Position += symbol.Length;
        return true;
    }

    public void Expect(char expected, string suggestion)
    {
        if (!TryTake(expected))
        {
            throw Wrong($"'{expected}' is expected, not {Found()}.", Position, suggestion);
        }
    }

    /// <summary>The bare word <c>[A-Za-z0-9_./-]+</c> that begins here, without taking it; empty where none does.</summary>
    public string PeekWord()
    {
        Peek();
        int end = Position;
        while (end < text.Length && IsBare(text[end]))
        {
            end++;
        }

        // 1e+5, -.5e+3: the sign belongs to the number.
        if (end < text.Length && text[end] == '+' && text[end - 1] is 'e' or 'E' && IsDecimal(text.AsSpan(Position, end - 1 - Position)))
        {
            do
            {
                end++;
            }
            while (end < text.Length && char.IsAsciiDigit(text[end]));
        }

        return text[Position..end];
    }

    public string TakeWord()
    {
        string word = PeekWord();
        Position += word.Length;
        return word;
    }

    /// <summary>An array's name: bare, or in double quotes with a quote within doubled.</summary>
    public string TakeName(string usage)
    {
        if (Peek() == '"')
        {
            return TakeQuoted('"');
        }

        string name = TakeWord();
        return name.Length > 0 ? name : throw Wrong($"An array's name is expected, not {Found()}.", Position, usage);
    }

    /// <summary>Text in these quotes, of which one within is doubled.</summary>
    public string TakeQuoted(char quote)
    {
        int start = Position;
        StringBuilder word = new();
        for (int i = start + 1; i < text.Length; i++)
        {
            if (text[i] != quote)
            {
                word.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == quote)
            {
                word.Append(text[i++]);
            }
            else
            {
                Position = i + 1;
                return word.ToString();
            }
        }

        throw Wrong("The quotation does not end.", start, $"close it with {quote}; one within is doubled");
    }

    /// <summary>The characters up to the next of <c>, ) |</c>, trimmed: a value such as <c>0.8:0.2</c>.</summary>
    public string TakeValue(out int position)
    {
        Peek();
        position = Position;
        while (Position < text.Length && text[Position] is not (',' or ')' or '|' or '('))
        {
            Position++;
        }

        return text[position..Position].TrimEnd(' ');
    }

    public ViewSyntaxException Wrong(string message, int position, string? suggestion) =>
        new(message) { Text = text, Position = position, Suggestion = suggestion };

    private static bool IsDecimal(ReadOnlySpan<char> word) =>
        double.TryParse(word, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private static bool IsBare(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '-';
}
