namespace Microtome.Datasets.Catalogue;

/// <summary>
/// Which dataset has which name. On a clash the first has it, the others add their extension, then -2, -3; a dataset that is
/// served keeps its name for as long as it is: it is known by its arrays' files. Used by one scan at a time.
/// </summary>
internal sealed class NameBook
{
    private Dictionary<(string File, string Array), string> _nameByArray = [];

    /// <param name="plans">In the order in which they may claim their names; those of configuration have theirs already.</param>
    /// <param name="reserved">Names that are never given to others, even while theirs is not served.</param>
    public IReadOnlyList<DatasetPlan> Assign(IReadOnlyList<DatasetPlan> plans, IEnumerable<string> reserved)
    {
        string?[] names = new string?[plans.Count];
        HashSet<string> taken = [.. reserved];
        Each(plans, names, plan => plan.IsConfigured ? plan.Name : null);
        Each(plans, names, plan => FindKept(plan, taken));
        Each(plans, names, plan => taken.Add(plan.Name) ? plan.Name : null);
        Each(plans, names, plan => FindFree(plan, taken));

        List<DatasetPlan> named = [.. plans.Select((plan, i) => plan with { Name = names[i]! })];
        _nameByArray = [];
        foreach (DatasetPlan plan in named.Where(plan => !plan.IsConfigured))
        {
            foreach (DatasetMember member in plan.Members)
            {
                _nameByArray[KeyOf(member)] = plan.Name;
            }
        }

        return named;
    }

    private static void Each(IReadOnlyList<DatasetPlan> plans, string?[] names, Func<DatasetPlan, string?> choose)
    {
        for (int i = 0; i < names.Length; i++)
        {
            names[i] ??= choose(plans[i]);
        }
    }

    private static (string File, string Array) KeyOf(DatasetMember member) => (member.File.Entry.FullPath, member.Array.Name);

    private string? FindKept(DatasetPlan plan, HashSet<string> taken)
    {
        foreach (DatasetMember member in plan.Members)
        {
            if (_nameByArray.TryGetValue(KeyOf(member), out string? name) && taken.Add(name))
            {
                return name;
            }
        }

        return null;
    }

    private static string FindFree(DatasetPlan plan, HashSet<string> taken)
    {
        string extension = plan.First.Extension;
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
