using System.Collections.Immutable;
using System.Globalization;

namespace Microtome.Datasets.Selections;

/// <summary>
/// The grammar: terms joined by commas; a term is an integer, <c>start:stop:step</c> with any part missing, <c>...</c>, or a list
/// of integers in brackets or parentheses. Blanks may stand between tokens. One closing comma is allowed, as in Python.
/// </summary>
internal ref struct SelectionParser(string text)
{
    private readonly string _text = text;
    private int _at;

    public ImmutableArray<SelectionTerm> Parse()
    {
        var terms = ImmutableArray.CreateBuilder<SelectionTerm>();
        SkipBlanks();
        while (_at < _text.Length)
        {
            int start = _at;
            SelectionTerm term = ReadTerm();
            if (term is SelectionTerm.List && terms.Count > 0)
            {
                throw Wrong("a list of indices may stand on axis 0 only", start);
            }

            if (term is SelectionTerm.Ellipsis && terms.Any(other => other is SelectionTerm.Ellipsis))
            {
                throw Wrong("'...' may stand once", start);
            }

            terms.Add(term);
            if (!TryTake(','))
            {
                break;
            }
        }

        SkipBlanks();
        return _at == _text.Length ? terms.ToImmutable() : throw Wrong($"'{_text[_at]}' is not expected here", _at);
    }

    private SelectionTerm ReadTerm()
    {
        SkipBlanks();
        if (_text.AsSpan(_at).StartsWith("..."))
        {
            _at += 3;
            return new SelectionTerm.Ellipsis();
        }

        if (TryTake('['))
        {
            return ReadList(']');
        }

        if (TryTake('('))
        {
            return ReadList(')');
        }

        long? start = ReadInteger();
        if (!TryTake(':'))
        {
            return start is { } index ? new SelectionTerm.Index(index) : throw Wrong("an index, a slice, '...' or a list is expected", _at);
        }

        long? stop = ReadInteger();
        int stepAt = _at + 1;
        long step = TryTake(':') ? ReadInteger() ?? 1 : 1;
        return step > 0 ? new SelectionTerm.Slice(start, stop, step) : throw Wrong("the step of a slice must be positive", stepAt);
    }

    private SelectionTerm.List ReadList(char close)
    {
        var values = ImmutableArray.CreateBuilder<long>();
        while (!TryTake(close))
        {
            values.Add(ReadInteger() ?? throw Wrong("an integer is expected", _at));
            if (!TryTake(','))
            {
                if (!TryTake(close))
                {
                    throw Wrong($"',' or '{close}' is expected", _at);
                }

                break;
            }
        }

        return new(values.ToImmutable());
    }

    private long? ReadInteger()
    {
        SkipBlanks();
        int start = _at;
        if (_at < _text.Length && _text[_at] is '-' or '+')
        {
            _at++;
        }

        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        if (_at == start)
        {
            return null;
        }

        ReadOnlySpan<char> number = _text.AsSpan(start, _at - start);
        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
        {
            return value;
        }

        // Beyond every axis: a slice is clipped there, an index is out of range.
        return !char.IsAsciiDigit(number[^1]) ? throw Wrong("an integer is expected", start) : number[0] == '-' ? long.MinValue : long.MaxValue;
    }

    private bool TryTake(char expected)
    {
        SkipBlanks();
        bool there = _at < _text.Length && _text[_at] == expected;
        _at += there ? 1 : 0;
        return there;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }
    }

    private static SelectionSyntaxException Wrong(string what, int position) => new($"{what} (at character {position})", position);
}
