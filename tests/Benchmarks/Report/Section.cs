using System.Text;

namespace Microtome.Benchmarks.Report;

/// <summary>A scenario's part of the report: a heading, tables and remarks in Markdown, shown while it grows.</summary>
internal sealed class Section
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _notes = [];

    public Section(string name, string title)
    {
        Name = name;
        Add($"## {name}: {title}");
    }

    public string Name { get; }

    public string Text => _text.ToString();

    public void Heading(string text) => Add($"\n### {text}");

    /// <summary>A remark; the same one again is passed over.</summary>
    public void Note(string text)
    {
        if (_notes.Add(text))
        {
            Add("\n" + text);
        }
    }

    public void Table(string[] columns, IEnumerable<string[]> rows)
    {
        Add($"\n| {string.Join(" | ", columns)} |\n| --- |{string.Concat(Enumerable.Repeat(" ---: |", columns.Length - 1))}");
        foreach (string[] row in rows)
        {
            Add($"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |");
        }
    }

    private void Add(string text)
    {
        Console.WriteLine(text);
        _text.Append(text).Append('\n');
    }
}
