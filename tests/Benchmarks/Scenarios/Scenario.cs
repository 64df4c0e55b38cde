using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>One question to the contenders, selected by its name on the command line.</summary>
internal abstract class Scenario(string name, string title)
{
    public string Name { get; } = name;

    public string Title { get; } = title;

    public abstract void Run(Bench bench, Section section);
}
