using System.Collections.Frozen;
using Microtome.Datasets.Formats;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// Which datasets a set of open files makes (contract, section 1). A pure function: files whose names say which array they are
/// come together, every other file is a dataset of its own.
/// </summary>
internal static class Discovery
{
    /// <summary>What a lone array without a name is called.</summary>
    private const string LoneArray = "data";

    private const string NumpyExtension = "npy";

    /// <summary>The parts into which one file's arrays may be divided: <c>x_train</c>, <c>y_test</c>.</summary>
    private static readonly FrozenSet<string> Parts =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "train", "val", "valid", "validation", "test", "dev");

    /// <summary>The datasets in the order in which they may claim their names: grouped <c>.npy</c> files first, then by path.</summary>
    /// <param name="files">In path order.</param>
    public static IReadOnlyList<DatasetPlan> Plan(IEnumerable<SharedFile> files)
    {
        FieldGroups groups = new();
        List<DatasetPlan> plans = [];
        foreach (SharedFile file in files)
        {
            if (!groups.TryAdd(file))
            {
                plans.AddRange(PlanAlone(file));
            }
        }

        plans.AddRange(groups.Plan());
        return [.. plans
            .OrderBy(plan => plan.IsGrouped && plan.First.Extension.Equals(NumpyExtension, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .ThenBy(plan => plan.First.Relative, StringComparer.Ordinal)];
    }

    private static IEnumerable<DatasetPlan> PlanAlone(SharedFile file)
    {
        string name = DatasetName.Of(file.Entry.Folders, file.Entry.Stem);
        Dictionary<string, List<DatasetMember>> parts = new(StringComparer.OrdinalIgnoreCase);
        List<DatasetMember> whole = [];
        foreach (OpenedArray array in file.Opened.Arrays)
        {
            if (FieldWord.TrySplit(array.Name, out string rest, out string word) && Parts.Contains(rest))
            {
                List<DatasetMember> part = parts.GetValueOrDefault(rest) ?? (parts[rest] = []);
                part.Add(new(word, array, file));
            }
            else
            {
                whole.Add(new(array.Name.Length == 0 ? LoneArray : array.Name, array, file));
            }
        }

        if (whole.Count > 0)
        {
            yield return new(name, whole);
        }

        foreach ((string part, List<DatasetMember> members) in parts)
        {
            yield return new($"{name}.{part}", members);
        }
    }
}
