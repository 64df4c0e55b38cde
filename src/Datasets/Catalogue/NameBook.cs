namespace Microtome.Datasets.Catalogue;

/// <summary>
/// Which plan has which name. On a clash the first has it, the others add their extension, then -2, -3; a dataset that is
/// served keeps its name for as long as it is. Used by one scan at a time.
/// </summary>
internal sealed class NameBook
{
    private Dictionary<string, string> _nameByKey = [];

    public IReadOnlyList<DatasetPlan> Assign(IReadOnlyList<DatasetPlan> plans)
    {
        Dictionary<string, string> next = [];
        HashSet<string> taken = [];
        foreach (DatasetPlan plan in plans)
        {
            if (_nameByKey.TryGetValue(plan.Key, out string? kept) && taken.Add(kept))
            {
                next[plan.Key] = kept;
            }
        }

        foreach (DatasetPlan plan in plans)
        {
            if (!next.ContainsKey(plan.Key))
            {
                next[plan.Key] = FindFree(plan, taken);
            }
        }

        _nameByKey = next;
        return [.. plans.Select(plan => plan with { Name = next[plan.Key] })];
    }

    private static string FindFree(DatasetPlan plan, HashSet<string> taken)
    {
        if (taken.Add(plan.Name))
        {
            return plan.Name;
        }

        string extension = plan.Members.Count > 0 ? plan.Members[0].File.Entry.Extension : "";
        string extended = extension.Length > 0 ? DatasetName.Of([plan.Name], extension) : plan.Name;
        for (int number = 1; ; number++)
        {
            string name = number == 1 ? extended : $"{extended}-{number}";
            if (taken.Add(name))
            {
                return name;
            }
        }
    }
}
