using System.Globalization;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Formats.Npy;

/// <summary>
/// The dictionary at the head of a <c>.npy</c> file: <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (10, 96), }</c>.
/// A parser for just that: three keys in any order, Python 2's <c>10L</c> included. <c>Descr</c> of a structured dtype is its source text.
/// </summary>
internal sealed record NpyHeader(string Descr, bool FortranOrder, Shape Shape)
{
    /// <exception cref="FormatException">The text is not such a dictionary.</exception>
    public static NpyHeader Parse(string text) => new Reader(text).ReadHeader();

    private ref struct Reader(string text)
    {
        private readonly string _text = text;
        private int _at;

        public NpyHeader ReadHeader()
        {
            string? descr = null;
            bool? fortran = null;
            Shape? shape = null;
            Expect('{');
            while (!TryTake('}'))
            {
                string key = ReadString();
                Expect(':');
                switch (key)
                {
                    case "descr" when descr is null:
                        descr = ReadDescr();
                        break;
                    case "fortran_order" when fortran is null:
                        fortran = ReadBool();
                        break;
                    case "shape" when shape is null:
                        shape = ReadShape();
                        break;
                    default:
                        throw Wrong($"the key '{key}' is unknown or stands twice");
                }

                if (!TryTake(','))
                {
                    Expect('}');
                    break;
                }
            }

            if (descr is null || fortran is null || shape is null || !_text.AsSpan(_at).Trim().IsEmpty)
            {
                throw Wrong("it needs descr, fortran_order and shape, and nothing else");
            }

            return new(descr, fortran.Value, shape);
        }

        /// <summary>A quoted dtype, or the text of a bracketed list (brackets counted, quoted text passed over).</summary>
        private string ReadDescr()
        {
            SkipBlanks();
            if (Peek() is '\'' or '"')
            {
                return ReadString();
            }

            int start = _at;
            int depth = 0;
            do
            {
                switch (Peek())
                {
                    case '[' or '(':
                        depth++;
                        _at++;
                        break;
                    case ']' or ')':
                        depth--;
                        _at++;
                        break;
                    case '\'' or '"':
                        ReadString();
                        break;
                    case '\0':
                        throw Wrong("descr does not end");
                    default:
                        _at++;
                        break;
                }
            }
            while (depth > 0);

            return _text[start.._at];
        }

        private string ReadString()
        {
            SkipBlanks();
            char quote = Peek();
            if (quote is not ('\'' or '"'))
            {
                throw Wrong("a quoted word is missing");
            }

            int end = _text.IndexOf(quote, _at + 1);
            if (end < 0)
            {
                throw Wrong("a quotation does not end");
            }

            string word = _text[(_at + 1)..end];
            _at = end + 1;
            return word;
        }

        private bool ReadBool()
        {
            SkipBlanks();
            foreach ((string word, bool value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
            {
                if (_text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal))
                {
                    _at += word.Length;
                    return value;
                }
            }

            throw Wrong("fortran_order is neither True nor False");
        }

        private Shape ReadShape()
        {
            List<long> lengths = [];
            Expect('(');
            while (!TryTake(')'))
            {
                lengths.Add(ReadLength());
                if (!TryTake(','))
                {
                    Expect(')');
                    break;
                }
            }

            return Shape.TryCount([.. lengths], out _) ? new Shape([.. lengths]) : throw Wrong($"({string.Join(", ", lengths)}) is no shape");
        }

        private long ReadLength()
        {
            SkipBlanks();
            int start = _at;
            while (char.IsAsciiDigit(Peek()))
            {
                _at++;
            }

            if (!long.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out long length))
            {
                throw Wrong("an axis length is not a number below 2^63");
            }

            if (Peek() == 'L')
            {
                _at++;
            }

            return length;
        }

        private readonly char Peek() => _at < _text.Length ? _text[_at] : '\0';

        private void SkipBlanks()
        {
            while (char.IsWhiteSpace(Peek()))
            {
                _at++;
            }
        }

        private bool TryTake(char expected)
        {
            SkipBlanks();
            bool there = Peek() == expected;
            _at += there ? 1 : 0;
            return there;
        }

        private void Expect(char expected)
        {
            if (!TryTake(expected))
            {
                throw Wrong($"'{expected}' is missing");
            }
        }

        private readonly FormatException Wrong(string what) => new($"The .npy header is not understood: {what} (at character {_at}).");
    }
}
