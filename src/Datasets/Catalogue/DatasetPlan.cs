using System.Collections.Immutable;
using Microtome.Datasets.Formats;

namespace Microtome.Datasets.Catalogue;

/// <summary>One array of a dataset to be: its name there, and where it comes from.</summary>
internal sealed record DatasetMember(string Name, OpenedArray Array, SharedFile File);

/// <summary>A dataset to be: the name it would like, and its arrays in name order.</summary>
internal sealed record DatasetPlan
{
    public DatasetPlan(string name, IEnumerable<DatasetMember> members)
    {
        Name = name;

        // A file that says a name twice (no format should) loses the second array, not the whole catalogue.
        Members = [.. members.DistinctBy(member => member.Name).OrderBy(member => member.Name, StringComparer.Ordinal)];
        First = Members.MinBy(member => member.File.Entry.Relative, StringComparer.Ordinal)!.File.Entry;
    }

    public string Name { get; init; }

    public ImmutableArray<DatasetMember> Members { get; }

    /// <summary>The first of its files in path order: it decides who has a name that several would like.</summary>
    public FileEntry First { get; }

    /// <summary>Whether configuration names it: such a name is never given to another.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>Whether its files' names said which arrays they are.</summary>
    public bool IsGrouped { get; init; }

    /// <summary>Whether a job made it.</summary>
    public bool IsMade { get; init; }

    public string? Version { get; init; }

    public DatasetLabels? Labels { get; init; }
}
