using System.Text;

namespace Microtome.Benchmarks.Report;

/// <summary>RESULTS.md: a section a scenario. A run replaces the sections of what it ran, each with the machine it ran on, and leaves the others.</summary>
internal sealed class ResultsFile(string path)
{
    private const string Title = "# Benchmark results\n\nWritten by `dotnet run -c Release --project tests/Benchmarks`; medians of interleaved rounds over loopback, client and server on the same machine.\n";
    private const string Mark = "\n## ";

    public void Replace(Section section)
    {
        List<string> sections = Read().Where(text => !text.StartsWith($"## {section.Name}:", StringComparison.Ordinal)).ToList();
        int heading = section.Text.IndexOf('\n') + 1;
        sections.Add($"{section.Text[..heading]}\n{Machine.Describe()}.\n{section.Text[heading..]}");
        StringBuilder text = new(Title);
        foreach (string part in sections.Order(StringComparer.Ordinal))
        {
            text.Append('\n').Append(part.Trim()).Append('\n');
        }

        File.WriteAllText(path, text.ToString());
    }

    private IEnumerable<string> Read()
    {
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        for (int at = text.IndexOf(Mark, StringComparison.Ordinal); at >= 0;)
        {
            int next = text.IndexOf(Mark, at + 1, StringComparison.Ordinal);
            yield return text[(at + 1)..(next < 0 ? text.Length : next)];
            at = next;
        }
    }
}
