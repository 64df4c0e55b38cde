using System.Globalization;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Views.Parsing;

/// <summary>Reads <c>name=value</c> arguments of one operation, in any order, each at most once, up to the closing parenthesis.</summary>
/// <param name="cursor">Behind the opening parenthesis.</param>
/// <param name="usage">How the operation is written, for messages.</param>
/// <param name="keys">The arguments that it has.</param>
internal sealed class ArgumentReader(Cursor cursor, string usage, params string[] keys)
{
    private readonly Dictionary<string, int> _seen = [];

    /// <summary>Where the closing parenthesis stands, once all are read.</summary>
    public int End { get; private set; }

    /// <summary>Moves behind the next <c>name=</c>; false behind the closing parenthesis.</summary>
    public bool TryNext(out string key)
    {
        key = "";
        if (_seen.Count > 0 || cursor.Peek() == ')')
        {
            End = cursor.Position;
            if (cursor.TryTake(')'))
            {
                return false;
            }

            if (!cursor.TryTake(','))
            {
                throw cursor.Wrong($"',' or ')' is expected, not {cursor.Found()}.", cursor.Position, Write);
            }
        }

        cursor.Peek();
        int position = cursor.Position;
        key = cursor.TakeWord();
        if (key.Length == 0)
        {
            throw cursor.Wrong($"An argument is expected, not {cursor.Found()}.", position, Write);
        }

        if (!keys.Contains(key))
        {
            throw cursor.Wrong($"There is no argument '{Shown(key)}' here.", position, Spelling.Suggest(key, keys));
        }

        if (!_seen.TryAdd(key, position))
        {
            throw cursor.Wrong($"The argument {key} is given twice.", position, Write);
        }

        cursor.Expect('=', $"write {key}=…");
        return true;
    }

    public string Name() => cursor.TakeName(Write);

    public ulong Seed()
    {
        string text = cursor.TakeValue(out int position);
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : throw cursor.Wrong($"'{Shown(text)}' is no seed.", position, "write a whole number from 0 to 2^64-1");
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public long Number(long least, long most)
    {
        string text = cursor.TakeValue(out int position);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most
            ? value
            : throw cursor.Wrong(
                $"'{Shown(text)}' is no number that may stand here.",
                position,
                most == long.MaxValue ? $"write a whole number, at least {least}" : $"write a whole number from {least} to {most}");
    }

    public string Value(out int position) => cursor.TakeValue(out position);

    /// <summary>Where the argument's name stands; where the list ends, if it is not given.</summary>
    public int PositionOf(string key) => _seen.GetValueOrDefault(key, End);

    public void Require(string key)
    {
        if (!_seen.ContainsKey(key))
        {
            throw cursor.Wrong($"The argument {key} is missing.", End, Write);
        }
    }

    public static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private string Write => "write " + usage;
}
