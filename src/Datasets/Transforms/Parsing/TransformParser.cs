using Microtome.Datasets.Transforms.Operations;

namespace Microtome.Datasets.Transforms.Parsing;

/// <summary>
/// Text to operations: <c>chain = call *("|" call)</c>, <c>call = name "(" group *(";" group) ")"</c>,
/// <c>group = argument *("," argument)</c>; blanks may stand around every token. Linear in the text.
/// </summary>
internal sealed class TransformParser(string text)
{
    private int _at;

    public Operation[] Parse()
    {
        List<Operation> operations = [];
        do
        {
            if (operations.Count == Transform.MaxOperations)
            {
                throw new TransformSyntaxException($"A transform has at most {Transform.MaxOperations} operations.", _at);
            }

            operations.Add(OperationTable.Read(ReadCall()));
            SkipBlanks();
        }
        while (TryTake('|'));

        if (_at < text.Length)
        {
            throw new TransformSyntaxException($"'|' or the end is expected, not '{text[_at]}'.", _at, "join operations with '|'");
        }

        return [.. operations];
    }

    private Call ReadCall()
    {
        SkipBlanks();
        int start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            _at++;
        }

        string name = text[start.._at];
        if (name.Length == 0)
        {
            string found = _at == text.Length ? "the end" : $"'{text[_at]}'";
            throw new TransformSyntaxException($"An operation is expected, not {found}.", start, "write one like cast(f4)");
        }

        OperationTable.Require(name, start);
        SkipBlanks();
        if (!TryTake('('))
        {
            throw new TransformSyntaxException($"'(' is expected after {name}.", _at, "write " + OperationTable.Usage(name));
        }

        List<IReadOnlyList<Argument>> groups = ReadGroups();
        return new(name, start, _at - 1, groups);
    }

    private List<IReadOnlyList<Argument>> ReadGroups()
    {
        List<IReadOnlyList<Argument>> groups = [];
        List<Argument> group = [];
        while (true)
        {
            group.Add(ReadArgument());
            if (_at == text.Length || text[_at] is '|' or '(')
            {
                string found = _at == text.Length ? "the end" : $"'{text[_at]}'";
                throw new TransformSyntaxException($"',' or ')' is expected, not {found}.", _at, "close the parenthesis");
            }

            char stop = text[_at++];
            if (stop != ',')
            {
                groups.Add(group);
                group = [];
            }

            if (stop == ')')
            {
                return groups;
            }
        }
    }

    /// <summary>Up to the next of <c>,;)|(</c>. A leading <c>|</c> is the byte order in <c>cast(|u1)</c>.</summary>
    private Argument ReadArgument()
    {
        SkipBlanks();
        int start = _at;
        if (_at < text.Length && text[_at] == '|')
        {
            _at++;
        }

        while (_at < text.Length && text[_at] is not (',' or ';' or ')' or '|' or '('))
        {
            _at++;
        }

        return new(text[start.._at].TrimEnd(' '), start);
    }

    private bool TryTake(char expected)
    {
        if (_at == text.Length || text[_at] != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && text[_at] == ' ')
        {
            _at++;
        }
    }
}
