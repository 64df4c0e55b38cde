using Microtome.Datasets.Views.Operations;

namespace Microtome.Datasets.Views.Parsing;

/// <summary>Text to a view: <c>view = [name "|"] operation *("|" operation) | name</c>. Linear in the text.</summary>
internal sealed class ViewParser(string text)
{
    private readonly Cursor _cursor = new(text);

    public ViewExpression Parse()
    {
        string? name = null;
        List<ViewOperation> operations = [];
        do
        {
            _cursor.Peek();
            int position = _cursor.Position;
            string word = _cursor.TakeWord();
            if (word.Length == 0)
            {
                throw _cursor.Wrong($"A view's name or an operation is expected, not {_cursor.Found()}.", position, "write one like split(parts=0.8:0.2,take=0)");
            }

            if (_cursor.Peek() != '(' && operations.Count == 0 && name is null && (_cursor.AtEnd || _cursor.Peek() == '|'))
            {
                name = word;
                continue;
            }

            if (operations.Count == ViewExpression.MaxOperations)
            {
                throw _cursor.Wrong($"A view has at most {ViewExpression.MaxOperations} operations.", position, "store the rows of a part of it as a list");
            }

            operations.Add(OperationTable.Read(word, position, _cursor));
        }
        while (_cursor.TryTake('|'));

        if (_cursor.Peek() != '\0' || !_cursor.AtEnd)
        {
            throw _cursor.Wrong($"'|' or the end is expected, not {_cursor.Found()}.", _cursor.Position, "join operations with '|'");
        }

        return new(text, name == ViewName.All ? null : name, operations);
    }
}
