using Microtome.Datasets.Views.Conditions;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Views.Parsing;

/// <summary>
/// The condition of <c>where</c>: <c>or = and *("or" and)</c>, <c>and = not *("and" not)</c>, <c>not = "not" not | "(" or ")" |
/// test</c>, <c>test = operand comparison operand | name ["not"] "in" list</c>. Its recursion is bounded by the levels that it counts.
/// </summary>
internal sealed class ConditionParser(Cursor cursor)
{
    private const string Usage = "write a condition such as y == 1 and site != 3";

    private int _level;

    public Condition Parse() => ReadJunction(isAnd: false);

    private Condition ReadJunction(bool isAnd)
    {
        List<Condition> parts = [];
        do
        {
            parts.Add(isAnd ? ReadNegation() : ReadJunction(isAnd: true));
        }
        while (TryTakeKeyword(isAnd ? "and" : "or"));

        return parts.Count == 1 ? parts[0] : new Junction(isAnd, parts);
    }

    private Condition ReadNegation()
    {
        cursor.Peek();
        int start = cursor.Position;
        if (TryTakeKeyword("not"))
        {
            Enter(start);
            Negation negation = new(ReadNegation());
            _level--;
            return negation;
        }

        if (!cursor.TryTake('('))
        {
            return ReadTest();
        }

        Enter(start);
        Condition inner = ReadJunction(isAnd: false);
        _level--;
        RefuseOperators();
        cursor.Expect(')', "close the parenthesis");
        return inner;
    }

    private void Enter(int position)
    {
        if (++_level > ViewExpression.MaxLevels)
        {
            throw cursor.Wrong($"A condition has at most {ViewExpression.MaxLevels} levels.", position, "use fewer parentheses");
        }
    }

    private Condition ReadTest()
    {
        Operand left = ReadOperand();
        if (left.Array is { } name && TryReadMembership(name, left.Position) is { } membership)
        {
            return membership;
        }

        Comparison comparison = ReadComparison();
        Operand right = ReadOperand();
        RefuseChain();
        return (left, right) switch
        {
            ({ Array: { } array }, { Constant: { } constant }) => new ComparisonTest(array, left.Position, comparison, constant, right.Position),
            ({ Constant: { } constant }, { Array: { } array }) => new ComparisonTest(array, right.Position, Comparisons.Mirror(comparison), constant, left.Position),
            ({ Array: not null }, _) => throw cursor.Wrong("An array is compared with a constant, not with another array.", right.Position, "text stands in single quotes: '…'"),
            _ => throw cursor.Wrong("A comparison names an array.", left.Position, Usage),
        };
    }

    private MembershipTest? TryReadMembership(string array, int position)
    {
        bool isNegated = TryTakeKeyword("not");
        if (!TryTakeKeyword("in"))
        {
            return isNegated ? throw cursor.Wrong($"'in' is expected, not {cursor.Found()}.", cursor.Position, "write y not in (1, 2)") : null;
        }

        bool isSquare = cursor.TryTake('[');
        if (!isSquare)
        {
            cursor.Expect('(', "write a list such as (1, 2)");
        }

        char close = isSquare ? ']' : ')';
        List<Constant> constants = [];
        List<int> positions = [];
        while (!cursor.TryTake(close))
        {
            if (constants.Count > 0 && !cursor.TryTake(','))
            {
                throw cursor.Wrong($"',' or '{close}' is expected, not {cursor.Found()}.", cursor.Position, "write a list such as (1, 2)");
            }

            Operand item = ReadOperand();
            constants.Add(item.Constant ?? throw cursor.Wrong("A list holds constants, no arrays.", item.Position, "text stands in single quotes: '…'"));
            positions.Add(item.Position);
        }

        return new(array, position, isNegated, constants, positions);
    }

    private Operand ReadOperand()
    {
        char next = cursor.Peek();
        int position = cursor.Position;
        if (next == '\'')
        {
            return new(null, Constant.OfText(cursor.TakeQuoted('\'')), position);
        }

        if (next == '"')
        {
            return new(cursor.TakeQuoted('"'), null, position);
        }

        string word = cursor.TakeWord();
        if (word.Length == 0)
        {
            throw cursor.Wrong($"An array or a constant is expected, not {cursor.Found()}.", position, next == '!' ? "write not" : Usage);
        }

        if (word is "and" or "or" or "not" or "in")
        {
            throw cursor.Wrong($"An array or a constant is expected, not '{word}'.", position, $"an array of that name is written \"{word}\"");
        }

        if (Constant.TryParse(word) is { } constant)
        {
            return new(null, constant, position);
        }

        bool isNumeric = char.IsAsciiDigit(word[0]) || word[0] is '-' or '.';
        return isNumeric
            ? throw cursor.Wrong($"'{ArgumentReader.Shown(word)}' is no finite number.", position, "an array of that name stands in double quotes")
            : new(word, null, position);
    }

    private Comparison ReadComparison()
    {
        foreach ((string symbol, Comparison comparison) in Comparisons.Symbols)
        {
            if (cursor.TryTake(symbol))
            {
                if (symbol == "<" && cursor.Peek() == '>')
                {
                    throw cursor.Wrong("'<>' is no comparison.", cursor.Position - 1, "did you mean !=?");
                }

                return comparison;
            }
        }

        int position = cursor.Position;
        string? suggestion = cursor.Peek() switch
        {
            '=' => "did you mean ==?",
            '!' => "did you mean !=?",
            '~' => "write not in front of the comparison",
            '\0' or ')' => "compare it, as in y == 1",
            _ when cursor.PeekWord() is { Length: > 0 } word => Spelling.Suggest(word, "in", "not"),
            _ => "use ==, !=, <, <=, >, >= or in",
        };
        throw cursor.Wrong($"A comparison is expected, not {cursor.Found()}.", position, suggestion);
    }

    /// <summary>Python's <c>0 &lt; y &lt; 5</c> is not read.</summary>
    private void RefuseChain()
    {
        char next = cursor.Peek();
        if (next is '<' or '>' or '=' or '!')
        {
            throw cursor.Wrong("Comparisons are not chained.", cursor.Position, "join two with and: 0 < y and y < 5");
        }

        RefuseOperators();
    }

    /// <summary>Operators of other languages, told from the end of the condition.</summary>
    private void RefuseOperators()
    {
        string? instead = cursor.Peek() switch
        {
            '&' => "and",
            '|' when cursor.Text.AsSpan(cursor.Position).StartsWith("||") => "or",
            _ when cursor.PeekWord() is "AND" or "And" => "and",
            _ when cursor.PeekWord() is "OR" or "Or" => "or",
            _ => null,
        };
        if (instead is not null)
        {
            throw cursor.Wrong($"{cursor.Found()} joins nothing here.", cursor.Position, $"did you mean {instead}?");
        }
    }

    private bool TryTakeKeyword(string keyword)
    {
        if (cursor.PeekWord() != keyword)
        {
            return false;
        }

        cursor.TakeWord();
        return true;
    }

    private readonly record struct Operand(string? Array, Constant? Constant, int Position);
}
